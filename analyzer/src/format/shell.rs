//! Words in commands that people copy.

/// A word as a shell takes it for one.
#[must_use]
pub fn for_shell(word: &str) -> String {
    let is_plain = |letter: char| letter.is_alphanumeric() || "/:._-".contains(letter);
    match !word.is_empty() && word.chars().all(is_plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_suit_the_shell() {
        assert_eq!(for_shell("page:/cart"), "page:/cart");
        assert_eq!(for_shell("event:it's[a=b]"), r"'event:it'\''s[a=b]'");
        assert_eq!(for_shell(""), "''");
    }
}
