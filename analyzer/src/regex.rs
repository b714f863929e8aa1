//! Regexes of steps and filters: checked here, so that a wrong one names its place, and run by the engine.
//!
//! The engine's RE2 and Rust's syntax agree but for rarities. A regex is looked for anywhere in a text, whatever the
//! case of its letters unless it says `(?-i)`.

use crate::word::Reader;

/// Reads a regex up to a character for which `stops` holds.
pub(crate) fn read(
    reader: &mut Reader<'_>,
    stops: impl Fn(char) -> bool,
) -> Result<String, String> {
    let regex = reader.raw(stops)?;
    if regex.is_empty() {
        return Err("an empty regex matches everything".to_owned());
    }
    check(&regex)?;
    Ok(regex)
}

/// The regex as the engine is given it.
pub(crate) fn without_case(regex: &str) -> String {
    format!("(?i){regex}")
}

fn check(regex: &str) -> Result<(), String> {
    let (offset, why) = match regex_syntax::parse(regex) {
        Ok(_) => return Ok(()),
        Err(regex_syntax::Error::Parse(error)) => {
            (error.span().start.offset, error.kind().to_string())
        }
        Err(regex_syntax::Error::Translate(error)) => {
            (error.span().start.offset, error.kind().to_string())
        }
        Err(error) => (0, error.to_string()),
    };
    let character = regex
        .char_indices()
        .take_while(|(at, _)| *at <= offset)
        .count()
        .max(1);
    Err(format!(
        "the regex {regex:?} does not compile at character {character}: {why}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_regex_that_does_not_compile_names_its_place() {
        let cases = [
            ("ä(b", "at character 2: unclosed group"),
            ("a{2,1}", "at character 2: invalid repetition count"),
            ("[z-a]", "at character 2: invalid character class range"),
            ("*a", "at character 1: repetition operator missing"),
            (
                r"\p{Nonsense}",
                "at character 1: Unicode property not found",
            ),
        ];
        for (regex, expected) in cases {
            let error = check(regex).unwrap_err();
            assert!(error.contains(expected), "{regex}: {error}");
        }
        check("^/p/[0-9]+$").unwrap();
    }
}
