//! The text of a statement, gathered from the URL and the body.
//!
//! Invariant: it ends, whatever is sent: with a statement, or with a refusal. Rows of an INSERT are left in the body but
//! for those that came in one piece with the text.

use std::io::Read;

use super::body::fill;
use super::failure::Failure;
use super::statement::{Statement, begins_insert, scan};

/// A statement longer than this is refused; rows of an INSERT do not count.
const LONGEST_STATEMENT: usize = 64 << 20;
/// So much is read at once.
const PIECE: usize = 1 << 20;
/// So much is read before the first look at the statement.
const FIRST_LOOK: usize = 64 << 10;

/// The statement's text, followed by as many bytes of its rows as came with it. It begins with what the URL says, and
/// goes on in the body, as in ClickHouse.
///
/// # Errors
/// Code 33 when the body breaks off, 229 for a statement that is too long.
pub(super) fn read_statement(
    query: &str,
    reader: &mut dyn Read,
) -> Result<(Vec<u8>, Statement), Failure> {
    let broken =
        |error: std::io::Error| Failure::body(&format!("the request's body broke off: {error}"));
    let mut text = query.as_bytes().to_vec();
    if !text.is_empty() {
        if let Some(insert @ Statement::Insert { .. }) = scan(&text, true) {
            return Ok((text, insert));
        }
        text.push(b'\n');
    }
    let mut complete = false;
    loop {
        let known = text.len();
        let piece = if known < FIRST_LOOK {
            FIRST_LOOK
        } else {
            PIECE
        };
        if !complete {
            text.resize(known + piece, 0);
            let read = fill(reader, &mut text[known..]).map_err(broken)?;
            text.truncate(known + read);
            complete = read < piece;
        }
        if (complete || begins_insert(&text))
            && let Some(statement) = scan(&text, complete)
        {
            return Ok((text, statement));
        }
        if text.len() > LONGEST_STATEMENT {
            let message = format!("the statement is longer than {LONGEST_STATEMENT} bytes");
            return Err(Failure::new(229, "QUERY_IS_TOO_LARGE", &message));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_begins_in_the_url_goes_on_in_the_body_and_ends() {
        let cases = [
            ("", "", ""),
            ("SELECT 1", "", "SELECT 1\n"),
            ("SELECT", "1", "SELECT\n1"),
            ("", "SELECT 1", "SELECT 1"),
            ("INSERT INTO t FORMAT CSV", "1", "INSERT INTO t FORMAT CSV"),
            (
                "",
                "INSERT INTO t FORMAT CSV\n1",
                "INSERT INTO t FORMAT CSV\n1",
            ),
            ("INSERT INTO t FORMAT", "", "INSERT INTO t FORMAT"),
            ("", "INSERT INTO t FORMAT", "INSERT INTO t FORMAT"),
        ];
        for (query, body, wanted) in cases {
            let (text, _) = read_statement(query, &mut body.as_bytes()).unwrap();
            assert_eq!(
                String::from_utf8(text).unwrap(),
                wanted,
                "{query:?} {body:?}"
            );
        }
    }
}
