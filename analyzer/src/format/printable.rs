//! Texts that came from outside, made safe to show.

/// The text with every character replaced that could command a terminal or turn its direction of writing: control
/// characters become spaces, invisible marks of direction go.
#[must_use]
pub fn printable(text: &str) -> String {
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
    text.chars().filter_map(shown).collect()
}

/// The text with a capital at its beginning.
#[must_use]
pub fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_to_the_terminal_do_not_pass() {
        let cases = [
            ("Your details", "Your details"),
            ("\u{1b}]0;title\u{7}x", " ]0;title x"),
            ("a\u{9b}2Jb", "a 2Jb"),
            ("a\r\n\tb\u{7f}", "a   b "),
            ("\u{202e}txt.exe", "txt.exe"),
            ("Größe – 日本", "Größe – 日本"),
        ];
        for (text, shown) in cases {
            assert_eq!(printable(text), shown);
        }
    }
}
