//! What the password for SQL tools may ask.
//!
//! Three things hold it back: the engine's parser says that the statement changes nothing, the connection has a role
//! that may read the tables only, and the one function that reads files without asking for a right is not named.

use super::failure::Failure;
use super::lexer::{Kind, Lexer};
use crate::engine::{Connection, READER, StatementClass, quote_text};

/// Takes every right from the connection but to read.
pub(super) fn restrict(connection: &mut Connection) -> Result<(), Failure> {
    connection.query(format!("SET ROLE {READER}").as_bytes(), "Null", &[])?;
    Ok(())
}

/// Refuses a statement that does more than read tables.
///
/// # Errors
/// Code 164 for a change, 497 for a file, and the parser's own for what does not parse.
pub(super) fn check(
    connection: &mut Connection,
    text: &[u8],
    class: StatementClass,
) -> Result<(), Failure> {
    // As the parser understood it, so that no spelling hides anything.
    let spelled = format!(
        "SELECT formatQuerySingleLine({})",
        quote_text(&String::from_utf8_lossy(text))
    );
    let (understood, _) = connection.query(spelled.as_bytes(), "TSVRaw", &[])?;
    if class != StatementClass::ReadOnly {
        let message = "Cannot execute query in readonly mode: this password may only read";
        return Err(Failure::new(164, "READONLY", message));
    }
    if names_file(text) || names_file(&understood) {
        let message = "Not enough privileges: this password may not use the word `file`";
        return Err(Failure::new(497, "ACCESS_DENIED", message));
    }
    Ok(())
}

/// Whether `file` stands anywhere as a name, or a name is spelled so that it might.
pub(super) fn names_file(text: &[u8]) -> bool {
    let mut lexer = Lexer::new(text);
    let mut at = 0;
    while let Some(token) = lexer.next(at) {
        at = token.end;
        let token_text = &text[token.start..token.end];
        let named = match (token.kind, token_text) {
            (Kind::Word, word) => word.eq_ignore_ascii_case(b"file"),
            (Kind::Quoted, [b'`' | b'"', inner @ .., _]) => {
                inner.eq_ignore_ascii_case(b"file") || inner.contains(&b'\\')
            }
            (Kind::Quoted, [0xe2, 0x80, 0x9c, inner @ .., _, _, _]) => {
                inner.eq_ignore_ascii_case(b"file") || inner.contains(&b'\\')
            }
            _ => false,
        };
        if named {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_is_found_in_every_spelling_and_not_in_texts() {
        let cases = [
            ("SELECT file('x')", true),
            ("SELECT FILE ('x')", true),
            ("SELECT `file`('x')", true),
            ("SELECT \"file\"('x')", true),
            ("SELECT “file”('x')", true),
            ("SELECT `fi\\x6ce`('x')", true),
            ("SELECT * APPLY file FROM t", true),
            ("SELECT a$b$, file('x'), '$b$'", true),
            ("SELECT /* /* */ ' */ file('x') -- '", true),
            ("SELECT\u{a0}file('x')", true),
            ("SELECT 'file', filename, profile FROM t", false),
        ];
        for (sql, wanted) in cases {
            assert_eq!(names_file(sql.as_bytes()), wanted, "{sql}");
        }
    }
}
