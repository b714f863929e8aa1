//! Tells an INSERT with data from every other statement, and finds the FORMAT clause.
//!
//! The engine parses; this only finds where the text of an INSERT ends and its data begins, because data goes
//! to the engine by another door, and what the answer will look like, because the head of the answer says so.

use super::lexer::{Kind, Lexer, Token, next_token};

/// What a request body (or the text of its URL) holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Statement {
    /// Nothing but blanks and comments.
    Empty,
    /// An INSERT that brings rows: `text[..head]` is the statement without its FORMAT clause, `text[data..]`
    /// the first of the rows.
    Insert {
        head: usize,
        format: Option<String>,
        data: usize,
    },
    /// Anything else.
    Query(Query),
}

/// A statement whose text is the whole of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Query {
    /// The format it asks for itself.
    pub(super) format: Option<String>,
    /// Whether its answer may be fetched block by block.
    pub(super) streamable: bool,
    /// Whether it would read or write a file beside the engine.
    pub(super) touches_file: bool,
}

/// Reads as much of `text` as is needed. `None`: the beginning of an INSERT, whose end is not in sight yet;
/// with `complete` there is always an answer.
pub(super) fn scan(text: &[u8], complete: bool) -> Option<Statement> {
    let Some(first) = next_token(text, 0) else {
        return complete.then_some(Statement::Empty);
    };
    if first.is_word(text, "INSERT") {
        // A token that touches the end may go on in the bytes to come.
        return scan_insert(text, first, complete);
    }
    if !complete && (first.end == text.len() && text.len() < "INSERT".len() + first.start) {
        return None;
    }
    complete.then(|| Statement::Query(scan_query(text)))
}

/// Whether the text begins like an INSERT, as far as it is known.
pub(super) fn begins_insert(text: &[u8]) -> bool {
    next_token(text, 0).is_some_and(|first| first.is_word(text, "INSERT"))
}

fn scan_insert(text: &[u8], insert: Token, complete: bool) -> Option<Statement> {
    let mut lexer = Lexer::new(text);
    let mut at = insert.end;
    let mut depth = 0_usize;
    // INTO [TABLE] [FUNCTION] and then the name, which may be any word.
    let mut before_name = true;
    let mut opened = false;
    let mut dotted = false;
    while let Some(token) = lexer.next(at) {
        if token.end == text.len() && !complete {
            return None;
        }
        at = token.end;
        let after_open = std::mem::take(&mut opened);
        // What follows a dot is the second half of a name.
        let named = std::mem::replace(&mut dotted, token.kind == Kind::Sign(b'.'));
        match token.kind {
            Kind::Sign(b'(') => {
                depth += 1;
                opened = depth == 1;
            }
            Kind::Sign(b')') => depth = depth.saturating_sub(1),
            Kind::Word | Kind::Quoted if before_name => {
                let prelude = ["INTO", "TABLE", "FUNCTION"];
                before_name = prelude.iter().any(|word| token.is_word(text, word));
            }
            Kind::Word if !named && (depth == 0 || after_open) => {
                let is = |word: &str| token.is_word(text, word);
                if is("SELECT") || is("WITH") || is("WATCH") || (depth == 0 && is("FROM")) {
                    // INSERT … SELECT, or FROM INFILE: no rows in the request.
                    return complete.then(|| Statement::Query(scan_query(text)));
                }
                if depth == 0 && is("VALUES") {
                    let format = Some("Values".to_owned());
                    return Some(Statement::Insert {
                        head: token.start,
                        format,
                        data: at,
                    });
                }
                if depth == 0 && is("FORMAT") {
                    let Some(name) = lexer.next(at) else {
                        continue;
                    };
                    if name.end == text.len() && !complete {
                        return None;
                    }
                    if name.kind == Kind::Word {
                        let format =
                            String::from_utf8_lossy(&text[name.start..name.end]).into_owned();
                        let data = start_of_data(text, name.end, complete)?;
                        return Some(Statement::Insert {
                            head: token.start,
                            format: Some(format),
                            data,
                        });
                    }
                }
            }
            _ => {}
        }
    }
    complete.then_some(Statement::Insert {
        head: text.len(),
        format: None,
        data: text.len(),
    })
}

/// Rows begin after the blanks of the line, or on the next line, as in ClickHouse's own parser.
fn start_of_data(text: &[u8], mut at: usize, complete: bool) -> Option<usize> {
    while let Some(b' ' | b'\t' | 0x0c) = text.get(at) {
        at += 1;
    }
    if text.get(at) == Some(&b'\r') {
        at += 1;
    }
    match text.get(at) {
        Some(b'\n') => Some(at + 1),
        Some(_) => Some(at),
        None => complete.then_some(at),
    }
}

fn scan_query(text: &[u8]) -> Query {
    let mut query = Query::default();
    let mut lexer = Lexer::new(text);
    let mut at = 0;
    let mut depth = 0_usize;
    let mut leading = true;
    let mut whole_answer = false;
    let mut previous: Option<Token> = None;
    let mut before: Option<Token> = None;
    while let Some(token) = lexer.next(at) {
        at = token.end;
        match token.kind {
            Kind::Sign(b'(') => depth += 1,
            Kind::Sign(b')') => depth = depth.saturating_sub(1),
            Kind::Word => {
                if leading {
                    query.streamable = token.is_word(text, "SELECT") || token.is_word(text, "WITH");
                    leading = false;
                }
                if let Some(previous) = previous {
                    let follows = |word| previous.is_word(text, word);
                    query.touches_file |= (follows("INTO") && token.is_word(text, "OUTFILE"))
                        || (follows("FROM") && token.is_word(text, "INFILE"));
                    let aliased = before.is_some_and(|before| before.is_word(text, "AS"));
                    if depth == 0
                        && follows("FORMAT")
                        && !aliased
                        && ends_clause(text, lexer.next(at))
                    {
                        query.format = Some(
                            String::from_utf8_lossy(&text[token.start..token.end]).into_owned(),
                        );
                    }
                }
                // Totals, extremes and the array of rows are written once an answer, not once a block.
                whole_answer |= token.is_word(text, "TOTALS")
                    || token.is_word(text, "extremes")
                    || token.is_word(text, "output_format_json_array_of_rows");
            }
            _ => {}
        }
        before = previous;
        previous = Some(token);
    }
    query.streamable &= !whole_answer;
    query
}

/// Whether a FORMAT clause may end before this token.
fn ends_clause(text: &[u8], next: Option<Token>) -> bool {
    next.is_none_or(|token| token.kind == Kind::Sign(b';') || token.is_word(text, "SETTINGS"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn insert(sql: &str) -> (String, Option<String>, String) {
        match scan(sql.as_bytes(), true) {
            Some(Statement::Insert { head, format, data }) => (
                sql[..head].trim().to_owned(),
                format,
                sql[data..].to_owned(),
            ),
            other => panic!("{sql}: {other:?}"),
        }
    }

    #[test]
    fn the_rows_of_an_insert_are_found() {
        let cases = [
            (
                "INSERT INTO t FORMAT CSV\n1,2",
                "INSERT INTO t",
                Some("CSV"),
                "1,2",
            ),
            (
                "insert into t (a) format TSV \r\n1",
                "insert into t (a)",
                Some("TSV"),
                "1",
            ),
            (
                "INSERT INTO t FORMAT CSV 1,2",
                "INSERT INTO t",
                Some("CSV"),
                "1,2",
            ),
            (
                "INSERT INTO t VALUES (1, 'FORMAT')",
                "INSERT INTO t",
                Some("Values"),
                " (1, 'FORMAT')",
            ),
            (
                "INSERT INTO values VALUES(1)",
                "INSERT INTO values",
                Some("Values"),
                "(1)",
            ),
            (
                "INSERT INTO `format` (`values`) VALUES (1)",
                "INSERT INTO `format` (`values`)",
                Some("Values"),
                " (1)",
            ),
            (
                "INSERT INTO db.format FORMAT JSONEachRow\n{}",
                "INSERT INTO db.format",
                Some("JSONEachRow"),
                "{}",
            ),
            ("INSERT INTO t", "INSERT INTO t", None, ""),
            ("INSERT INTO t FORMAT", "INSERT INTO t FORMAT", None, ""),
            (
                "INSERT INTO t FORMAT -- which?\n",
                "INSERT INTO t FORMAT -- which?",
                None,
                "",
            ),
            (
                "/* c */ INSERT INTO t SETTINGS a='x' FORMAT CSV\n",
                "/* c */ INSERT INTO t SETTINGS a='x'",
                Some("CSV"),
                "",
            ),
            (
                "INSERT INTO FUNCTION null('a Int8') VALUES (1)",
                "INSERT INTO FUNCTION null('a Int8')",
                Some("Values"),
                " (1)",
            ),
        ];
        for (sql, head, format, data) in cases {
            assert_eq!(
                insert(sql),
                (head.to_owned(), format.map(str::to_owned), data.to_owned()),
                "{sql}"
            );
        }
    }

    #[test]
    fn a_beginning_of_an_insert_waits_for_more_and_then_agrees_with_the_whole() {
        let sql = b"INSERT INTO t (a, b) FORMAT CSV\n1,2\n3,4\n";
        let whole = scan(sql, true);
        for cut in 0..sql.len() {
            if let Some(early) = scan(&sql[..cut], false) {
                assert_eq!(Some(early), whole, "cut at {cut}");
            }
        }
        assert_eq!(
            scan(b"INSERT INTO t FORMAT CSV\n1", false),
            scan(b"INSERT INTO t FORMAT CSV\n1", true)
        );
    }

    #[test]
    fn other_statements_are_queries() {
        let cases = [
            ("SELECT 1", None, true, false),
            ("select 1 format JSON", Some("JSON"), true, false),
            (
                "select 1 FORMAT JSON SETTINGS max_threads = 1;",
                Some("JSON"),
                true,
                false,
            ),
            ("select format from t", None, true, false),
            ("select 1 as format", None, true, false),
            ("(select 1) union all (select 2)", None, true, false),
            ("select * from (select 1 format x)", None, true, false),
            (
                "select a, sum(b) from t group by a with totals",
                None,
                false,
                false,
            ),
            ("show tables format CSV", Some("CSV"), false, false),
            ("insert into t select 1", None, false, false),
            ("insert into t (a) (select 1)", None, false, false),
            ("insert into t with 1 as x select x", None, false, false),
            ("select 1 into outfile 'x'", None, true, true),
            (
                "insert into t from infile 'x' format CSV",
                Some("CSV"),
                false,
                true,
            ),
            ("select 'into outfile'", None, true, false),
        ];
        for (sql, format, streamable, touches_file) in cases {
            let format = format.map(str::to_owned);
            let wanted = Statement::Query(Query {
                format,
                streamable,
                touches_file,
            });
            assert_eq!(scan(sql.as_bytes(), true), Some(wanted), "{sql}");
        }
        assert_eq!(scan(b" -- nothing\n", true), Some(Statement::Empty));
    }
}
