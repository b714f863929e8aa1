//! Texts from outside on one line, whoever reads them.

/// One line: characters that control something become spaces, invisible marks of direction go, spaces are single.
pub(crate) fn line(text: &str) -> String {
    let shown = |letter: char| match letter {
        '\u{200e}'
        | '\u{200f}'
        | '\u{061c}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}'
        | '\u{feff}' => None,
        '\u{2028}' | '\u{2029}' => Some(' '),
        letter if letter.is_control() => Some(' '),
        letter => Some(letter),
    };
    let line: String = text.chars().filter_map(shown).collect();
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// At most so many characters, with dots where there were more.
pub(crate) fn short(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some(_) => text.chars().take(most - 1).chain(['…']).collect(),
    }
}

/// With a capital at its beginning.
pub(crate) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_breaks_out_of_its_line() {
        for (text, expected) in [
            ("a\r\nBcc: x@y.example", "a Bcc: x@y.example"),
            ("\u{202e}txt.exe\u{2028}x\u{85}y\0z", "txt.exe x y z"),
            ("  Größe \t 日本 ", "Größe 日本"),
        ] {
            assert_eq!(line(text), expected);
        }
        assert_eq!(short("abcd", 4), "abcd");
        assert_eq!(short("abcde", 4), "abc…");
        assert_eq!(capital("éa"), "Éa");
    }
}
