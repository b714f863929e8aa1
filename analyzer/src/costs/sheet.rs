//! The lines of a CSV file, whatever program wrote it: UTF-8 or UTF-16, commas, tabs or semicolons, lines of titles first.
//!
//! Nothing is guessed of letters: a file in another encoding is refused, for names garbled here would match no campaign.

use csv::{ReaderBuilder, StringRecord};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

use super::layout::{Columns, WANTED};
use crate::Error;

/// Lines among which the headings are.
const HEAD: usize = 30;
const DELIMITERS: [u8; 3] = [b',', b'\t', b';'];
/// Headings that an error names at most.
const NAMED: usize = 12;

/// A file of costs.
#[derive(Debug)]
pub(super) struct Sheet {
    pub(super) columns: Columns,
    /// The lines below the headings, with their numbers from 1.
    pub(super) lines: Vec<(u64, StringRecord)>,
}

impl Sheet {
    pub(super) fn read(bytes: &[u8]) -> Result<Self, Error> {
        let text = text(bytes)?;
        let mut widest = StringRecord::new();
        for delimiter in DELIMITERS {
            let mut lines = lines(&text, delimiter)?;
            let head = lines.iter().take(HEAD);
            let found = head
                .enumerate()
                .find_map(|(at, (_, line))| Some((at, Columns::of(line)?)));
            if let Some((at, columns)) = found {
                lines.drain(..=at);
                return Ok(Self { columns, lines });
            }
            for (_, line) in lines.into_iter().take(HEAD) {
                if line.len() > widest.len() {
                    widest = line;
                }
            }
        }
        let headings = widest.iter().map(str::trim);
        let headings: Vec<&str> = headings.filter(|heading| !heading.is_empty()).collect();
        let more = headings.len().saturating_sub(NAMED);
        let named = headings[..headings.len() - more].join(", ");
        Err(match headings.is_empty() {
            true => Error::usage("there is nothing in the file", WANTED),
            false if more > 0 => Error::usage(
                format!("no costs are told under the headings {named} and {more} more"),
                WANTED,
            ),
            false => Error::usage(
                format!("no costs are told under the headings {named}"),
                WANTED,
            ),
        })
    }
}

fn lines(text: &str, delimiter: u8) -> Result<Vec<(u64, StringRecord)>, Error> {
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .from_reader(text.as_bytes());
    let line = |record: Result<StringRecord, csv::Error>| {
        let record = record.map_err(|error| {
            Error::usage(format!("the file is no CSV ({error})"), "export it as CSV")
        })?;
        let number = record.position().map_or(0, csv::Position::line);
        Ok((number, record))
    };
    reader.records().map(line).collect()
}

fn text(bytes: &[u8]) -> Result<String, Error> {
    let (encoding, mark) = Encoding::for_bom(bytes).unwrap_or((
        // What every export has first is a letter, which has a half of noughts in UTF-16.
        match bytes {
            [_, 0, ..] => UTF_16LE,
            [0, _, ..] => UTF_16BE,
            _ => UTF_8,
        },
        0,
    ));
    let (text, is_garbled) = encoding.decode_without_bom_handling(&bytes[mark..]);
    match is_garbled {
        false => Ok(text.into_owned()),
        true => Err(Error::usage(
            "the file is neither UTF-8 nor UTF-16",
            "save it as \"CSV UTF-8\"",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: &str = "date,campaign,cost\n2026-01-05,Frühling,1\n";

    fn utf_16(text: &str, little: bool) -> Vec<u8> {
        let unit = |unit: u16| match little {
            true => unit.to_le_bytes(),
            false => unit.to_be_bytes(),
        };
        text.encode_utf16().flat_map(unit).collect()
    }

    #[test]
    fn a_file_is_read_in_any_unicode_and_with_any_delimiter() {
        let files = [
            PLAIN.as_bytes().to_vec(),
            [b"\xef\xbb\xbf", PLAIN.as_bytes()].concat(),
            utf_16(&format!("\u{feff}{PLAIN}"), true),
            utf_16(&format!("\u{feff}{PLAIN}"), false),
            utf_16(PLAIN, true),
            PLAIN.replace(',', "\t").into_bytes(),
            PLAIN.replace(',', ";").into_bytes(),
            format!("My report\n\"Jan 5, 2026 - Jan 6, 2026\"\n\n{PLAIN}").into_bytes(),
        ];
        for file in files {
            let sheet = Sheet::read(&file).unwrap();
            assert_eq!(sheet.lines.len(), 1);
            assert_eq!(&sheet.lines[0].1[1], "Frühling");
        }
    }

    #[test]
    fn what_is_no_file_of_costs_is_refused_with_what_was_found_and_what_is_wanted() {
        let cases: [(&[u8], &str); 4] = [
            (b"", "there is nothing in the file: export by day"),
            (
                b"name,email\nann,a@b.example\n",
                "under the headings name, email: export by day, with Day, Campaign and Cost",
            ),
            (
                b"date,campaign,cost\n2026-01-05,Fr\xfchling,1\n",
                "CSV UTF-8",
            ),
            (
                b"a,b,c,d,e,f,g,h,i,j,k,l,m,n\n",
                "a, b, c, d, e, f, g, h, i, j, k, l and 2 more",
            ),
        ];
        for (file, expected) in cases {
            let error = Sheet::read(file).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }
}
