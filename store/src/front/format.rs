//! What the front must know of ClickHouse's formats: how blocks join into one document, and the media type.
//!
//! The engine gives a streamed answer block by block, and each block as a whole document of the format. Where a
//! document is its rows alone, blocks are simply joined; where it has a head of fixed shape, the head of every
//! block after the first is taken off; every other format is asked for in one piece.

/// How the blocks of a streamed answer become one document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Joining {
    /// A document is its rows.
    Rows,
    /// A head of so many lines, in which a line feed stands for itself only at an end of line.
    Lines(usize),
    /// A head of so many lines of CSV, whose quotes may hold line feeds.
    Csv(usize),
    /// A head of RowBinary: a count, the names, and the types if told so.
    Binary { types: bool },
    /// Blocks cannot be joined.
    Whole,
}

/// How answers in `format` are joined.
pub(super) fn joining(format: &str) -> Joining {
    let name = format.to_ascii_lowercase();
    match name.as_str() {
        "tabseparated"
        | "tsv"
        | "tabseparatedraw"
        | "tsvraw"
        | "raw"
        | "csv"
        | "tskv"
        | "jsoneachrow"
        | "jsonlines"
        | "ndjson"
        | "jsonstringseachrow"
        | "jsoncompacteachrow"
        | "jsoncompactstringseachrow"
        | "rowbinary"
        | "native"
        | "msgpack"
        | "null" => Joining::Rows,
        "tabseparatedwithnames"
        | "tsvwithnames"
        | "tabseparatedrawwithnames"
        | "tsvrawwithnames"
        | "jsoncompacteachrowwithnames"
        | "jsoncompactstringseachrowwithnames" => Joining::Lines(1),
        "tabseparatedwithnamesandtypes"
        | "tsvwithnamesandtypes"
        | "tabseparatedrawwithnamesandtypes"
        | "tsvrawwithnamesandtypes"
        | "jsoncompacteachrowwithnamesandtypes"
        | "jsoncompactstringseachrowwithnamesandtypes" => Joining::Lines(2),
        "csvwithnames" => Joining::Csv(1),
        "csvwithnamesandtypes" => Joining::Csv(2),
        "rowbinarywithnames" => Joining::Binary { types: false },
        "rowbinarywithnamesandtypes" => Joining::Binary { types: true },
        _ => Joining::Whole,
    }
}

/// The length of the head of a document; `None` when it has not the shape it should have.
pub(super) fn head_length(joining: Joining, document: &[u8]) -> Option<usize> {
    match joining {
        Joining::Rows => Some(0),
        Joining::Lines(lines) => end_of_lines(document, lines, None),
        Joining::Csv(lines) => end_of_lines(document, lines, Some(b'"')),
        Joining::Binary { types } => end_of_names(document, types),
        Joining::Whole => None,
    }
}

fn end_of_lines(document: &[u8], lines: usize, quote: Option<u8>) -> Option<usize> {
    let mut left = lines;
    let mut quoted = false;
    for (at, byte) in document.iter().enumerate() {
        if Some(*byte) == quote {
            quoted = !quoted;
        } else if *byte == b'\n' && !quoted {
            left -= 1;
            if left == 0 {
                return Some(at + 1);
            }
        }
    }
    None
}

fn end_of_names(document: &[u8], types: bool) -> Option<usize> {
    let (columns, mut at) = variable_integer(document, 0)?;
    let texts = if types {
        columns.checked_mul(2)?
    } else {
        columns
    };
    for _ in 0..texts {
        let (length, start) = variable_integer(document, at)?;
        at = start.checked_add(length)?;
        if at > document.len() {
            return None;
        }
    }
    Some(at)
}

/// LEB128, as ClickHouse writes lengths.
pub(super) fn variable_integer(bytes: &[u8], mut at: usize) -> Option<(usize, usize)> {
    let mut value = 0_usize;
    let mut shift = 0;
    loop {
        let byte = *bytes.get(at)?;
        at += 1;
        value |= usize::from(byte & 0x7f).checked_shl(shift)?;
        if byte & 0x80 == 0 {
            return Some((value, at));
        }
        shift += 7;
    }
}

/// Joins the blocks of one answer.
#[derive(Debug)]
pub(super) struct Joiner {
    joining: Joining,
    head: Option<Vec<u8>>,
}

impl Joiner {
    pub(super) fn new(joining: Joining) -> Joiner {
        Joiner {
            joining,
            head: None,
        }
    }

    /// How many bytes of the block are to be left out; `None` when the block does not continue the answer.
    pub(super) fn skip(&mut self, block: &[u8]) -> Option<usize> {
        match &self.head {
            Some(head) => block.starts_with(head).then_some(head.len()),
            None => {
                let length = head_length(self.joining, block)?;
                self.head = Some(block[..length].to_vec());
                Some(0)
            }
        }
    }
}

/// The media type of a format, as ClickHouse gives it.
pub(super) fn media_type(format: &str) -> &'static str {
    let name = format.to_ascii_lowercase();
    match name.as_str() {
        "jsoneachrow" | "jsonlines" | "ndjson" | "jsonstringseachrow" => {
            "application/x-ndjson; charset=UTF-8"
        }
        "xml" => "application/xml; charset=UTF-8",
        "markdown" => "text/markdown; charset=UTF-8",
        "native"
        | "rowbinary"
        | "rowbinarywithnames"
        | "rowbinarywithnamesandtypes"
        | "parquet"
        | "arrow"
        | "arrowstream"
        | "orc"
        | "avro"
        | "msgpack"
        | "rawblob"
        | "bsoneachrow" => "application/octet-stream",
        _ if name.starts_with("json") => "application/json; charset=UTF-8",
        _ if name.starts_with("csvwithnames") => "text/csv; charset=UTF-8; header=present",
        _ if name.starts_with("csv") => "text/csv; charset=UTF-8; header=absent",
        _ if name.starts_with("tabseparated") || name.starts_with("tsv") => {
            "text/tab-separated-values; charset=UTF-8"
        }
        _ => "text/plain; charset=UTF-8",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_are_measured() {
        let cases: [(&str, &[u8], Option<usize>); 8] = [
            ("TabSeparated", b"1\n2\n", Some(0)),
            ("TSVWithNames", b"a\tb\n1\t2\n", Some(4)),
            ("TSVWithNamesAndTypes", b"a\nInt8\n1\n", Some(7)),
            ("CSVWithNames", b"\"a\n\"\"b\",\"c\"\n1,2\n", Some(12)),
            (
                "RowBinaryWithNamesAndTypes",
                b"\x01\x01a\x05UInt8\x07",
                Some(9),
            ),
            ("RowBinaryWithNames", b"\x01\x01a\x07", Some(3)),
            ("RowBinaryWithNamesAndTypes", b"\x01\x01a\x05UIn", None),
            ("JSON", b"{}", None),
        ];
        for (format, document, wanted) in cases {
            assert_eq!(head_length(joining(format), document), wanted, "{format}");
        }
    }

    #[test]
    fn only_the_first_block_keeps_its_head() {
        let mut joiner = Joiner::new(joining("CSVWithNames"));
        assert_eq!(joiner.skip(b"\"a\"\n1\n"), Some(0));
        assert_eq!(joiner.skip(b"\"a\"\n2\n"), Some(4));
        assert_eq!(joiner.skip(b"\"b\"\n2\n"), None);
    }
}
