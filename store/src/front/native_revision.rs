//! The Native format for clients that name a protocol revision, as those written in Go do.
//!
//! The engine writes Native as revision 0. From revision 1 on each block begins with a block info, and from 54454
//! on each column has a byte that says whether its serialization is special. To place that byte a column has to be
//! stepped over, so the sizes of the types are known here; their values are not. Source: `NativeWriter` and
//! `BlockInfo` of ClickHouse.

/// From here on a column says whether its serialization is special.
const CUSTOM_SERIALIZATION: u64 = 54_454;
/// Field 1, is_overflows: no. Field 2, bucket_num: -1. End of the fields.
const BLOCK_INFO: [u8; 8] = [1, 0, 2, 0xff, 0xff, 0xff, 0xff, 0];
/// Types may hold types, but not so deep.
const DEEPEST: usize = 64;

/// Writes the blocks of `document` as `revision` wants them.
///
/// # Errors
/// The name of a type that cannot be stepped over, or that the document is cut.
pub(super) fn reframe(document: &[u8], revision: u64) -> Result<Vec<u8>, String> {
    let mut cursor = Cursor {
        bytes: document,
        at: 0,
    };
    let mut framed = Vec::with_capacity(document.len() + 64);
    while cursor.at < document.len() {
        framed.extend(BLOCK_INFO);
        let begin = cursor.at;
        let columns = cursor.integer()?;
        let rows = cursor.integer()?;
        framed.extend(&document[begin..cursor.at]);
        for _ in 0..columns {
            let begin = cursor.at;
            cursor.text()?;
            let name = cursor.text()?;
            framed.extend(&document[begin..cursor.at]);
            if revision >= CUSTOM_SERIALIZATION {
                framed.push(0);
            }
            let begin = cursor.at;
            if rows > 0 {
                let name =
                    std::str::from_utf8(name).map_err(|_| "a type's name is no text".to_owned())?;
                let kind = Type::parse(name, 0)?;
                cursor.step(kind.dictionaries() * 8)?;
                kind.skip(rows, &mut cursor)?;
            }
            framed.extend(&document[begin..cursor.at]);
        }
    }
    Ok(framed)
}

/// A type, by how its column is laid out.
#[derive(Debug, PartialEq, Eq)]
enum Type {
    /// So many bytes a row.
    Fixed(usize),
    Text,
    Nullable(Box<Type>),
    Array(Box<Type>),
    Tuple(Vec<Type>),
    Dictionary(Box<Type>),
}

impl Type {
    fn parse(name: &str, depth: usize) -> Result<Type, String> {
        if depth > DEEPEST {
            return Err(format!("the type {name} is too deep"));
        }
        let (family, arguments) = match name.split_once('(') {
            Some((family, rest)) => (
                family,
                split_arguments(rest.strip_suffix(')').unwrap_or(rest)),
            ),
            None => (name, Vec::new()),
        };
        let unknown = || format!("the type {name} is not known to the Native format of this front");
        let argument = |at: usize| arguments.get(at).copied().ok_or_else(unknown);
        let inner = |at: usize| Type::parse(argument(at)?, depth + 1);
        let known = |name: &str| Type::parse(name, depth + 1);
        Ok(match family {
            "Int8" | "UInt8" | "Bool" | "Enum8" | "Nothing" => Type::Fixed(1),
            "Int16" | "UInt16" | "Date" | "Enum16" | "BFloat16" => Type::Fixed(2),
            "Int32" | "UInt32" | "Float32" | "Date32" | "DateTime" | "Time" | "IPv4" => {
                Type::Fixed(4)
            }
            "Int64" | "UInt64" | "Float64" | "DateTime64" | "Time64" => Type::Fixed(8),
            "Int128" | "UInt128" | "UUID" | "IPv6" | "Point" => Type::Fixed(16),
            "Int256" | "UInt256" => Type::Fixed(32),
            _ if family.starts_with("Interval") => Type::Fixed(8),
            "FixedString" => Type::Fixed(argument(0)?.parse().map_err(|_| unknown())?),
            "Decimal" => match argument(0)?.parse::<u32>().map_err(|_| unknown())? {
                0..=9 => Type::Fixed(4),
                10..=18 => Type::Fixed(8),
                19..=38 => Type::Fixed(16),
                _ => Type::Fixed(32),
            },
            "String" => Type::Text,
            "Nullable" => Type::Nullable(Box::new(inner(0)?)),
            "Array" => Type::Array(Box::new(inner(0)?)),
            "Ring" | "LineString" => known("Array(Point)")?,
            "Polygon" | "MultiLineString" => known("Array(Array(Point))")?,
            "MultiPolygon" => known("Array(Array(Array(Point)))")?,
            "Tuple" | "Nested" => {
                let element = |argument: &&str| Type::parse(without_name(argument), depth + 1);
                let tuple = Type::Tuple(arguments.iter().map(element).collect::<Result<_, _>>()?);
                if family == "Nested" {
                    Type::Array(Box::new(tuple))
                } else {
                    tuple
                }
            }
            "Map" => Type::Array(Box::new(Type::Tuple(vec![inner(0)?, inner(1)?]))),
            "LowCardinality" => match inner(0)? {
                // The dictionary has a value of its own for null.
                Type::Nullable(inner) => Type::Dictionary(inner),
                inner => Type::Dictionary(Box::new(inner)),
            },
            "SimpleAggregateFunction" => inner(1)?,
            _ => return Err(unknown()),
        })
    }

    /// How many dictionaries are in it; each has eight bytes of version before the column.
    fn dictionaries(&self) -> usize {
        match self {
            Type::Fixed(_) | Type::Text => 0,
            Type::Nullable(inner) | Type::Array(inner) => inner.dictionaries(),
            Type::Tuple(elements) => elements.iter().map(Type::dictionaries).sum(),
            Type::Dictionary(_) => 1,
        }
    }

    fn skip(&self, rows: usize, cursor: &mut Cursor<'_>) -> Result<(), String> {
        match self {
            Type::Fixed(width) => cursor.step(rows.saturating_mul(*width)),
            Type::Text => {
                for _ in 0..rows {
                    cursor.text()?;
                }
                Ok(())
            }
            Type::Nullable(inner) => {
                cursor.step(rows)?;
                inner.skip(rows, cursor)
            }
            Type::Array(inner) => {
                cursor.step((rows.saturating_mul(8)).saturating_sub(8))?;
                let total = if rows > 0 { cursor.fixed()? } else { 0 };
                inner.skip(usize::try_from(total).unwrap_or(usize::MAX), cursor)
            }
            Type::Tuple(elements) if elements.is_empty() => cursor.step(rows),
            Type::Tuple(elements) => elements
                .iter()
                .try_for_each(|element| element.skip(rows, cursor)),
            Type::Dictionary(inner) => {
                if rows == 0 {
                    return Ok(());
                }
                let flags = cursor.fixed()?;
                let keys = usize::try_from(cursor.fixed()?).unwrap_or(usize::MAX);
                inner.skip(keys, cursor)?;
                let indexes = usize::try_from(cursor.fixed()?).unwrap_or(usize::MAX);
                let width = 1_usize << (flags & 0x3);
                cursor.step(indexes.saturating_mul(width))
            }
        }
    }
}

/// Splits at the commas that are in no bracket and no quote.
fn split_arguments(text: &str) -> Vec<&str> {
    let mut arguments = Vec::new();
    let mut begin = 0;
    for (at, byte) in top_level(text) {
        if byte == b',' {
            arguments.push(text[begin..at].trim());
            begin = at + 1;
        }
    }
    let last = text[begin..].trim();
    if !last.is_empty() {
        arguments.push(last);
    }
    arguments
}

/// `name Type` without the name.
fn without_name(element: &str) -> &str {
    let space = top_level(element).find(|(_, byte)| *byte == b' ');
    space.map_or(element, |(at, _)| element[at..].trim())
}

/// The bytes outside of brackets and quotes.
fn top_level(text: &str) -> impl Iterator<Item = (usize, u8)> {
    let mut depth = 0_usize;
    let mut quote = None;
    let mut escaped = false;
    text.bytes().enumerate().filter(move |(_, byte)| {
        match (quote, *byte) {
            (Some(_), _) if escaped => escaped = false,
            (Some(_), b'\\') => escaped = true,
            (Some(open), byte) => {
                if open == byte {
                    quote = None;
                }
            }
            (None, open @ (b'\'' | b'`' | b'"')) => quote = Some(open),
            (None, b'(') => depth += 1,
            (None, b')') => depth = depth.saturating_sub(1),
            (None, _) => return depth == 0,
        }
        false
    })
}

struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], String> {
        let end = self
            .at
            .checked_add(length)
            .filter(|end| *end <= self.bytes.len());
        let end = end.ok_or_else(|| "a block of the Native format is cut".to_owned())?;
        let taken = &self.bytes[self.at..end];
        self.at = end;
        Ok(taken)
    }

    fn step(&mut self, length: usize) -> Result<(), String> {
        self.take(length).map(drop)
    }

    fn fixed(&mut self) -> Result<u64, String> {
        let mut bytes = [0; 8];
        bytes.copy_from_slice(self.take(8)?);
        Ok(u64::from_le_bytes(bytes))
    }

    fn integer(&mut self) -> Result<usize, String> {
        let found = super::format::variable_integer(self.bytes, self.at);
        let (value, at) = found.ok_or_else(|| "a block of the Native format is cut".to_owned())?;
        self.at = at;
        Ok(value)
    }

    fn text(&mut self) -> Result<&'a [u8], String> {
        let length = self.integer()?;
        self.take(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_gets_its_info_and_its_columns_their_flag() {
        let block = b"\x02\x01\x01a\x05UInt8\x07\x01s\x06String\x02hi";
        let info: &[u8] = &BLOCK_INFO;
        assert_eq!(
            reframe(block, 54_405).unwrap(),
            [info, block.as_slice()].concat()
        );
        let flagged: &[u8] = b"\x02\x01\x01a\x05UInt8\0\x07\x01s\x06String\0\x02hi";
        assert_eq!(reframe(block, 54_460).unwrap(), [info, flagged].concat());
        let twice = [block.as_slice(), block.as_slice()].concat();
        assert_eq!(
            reframe(&twice, 54_460).unwrap(),
            [info, flagged, info, flagged].concat()
        );
    }

    #[test]
    fn a_cut_block_is_no_block() {
        let block = b"\x02\x01\x01a\x05UInt8\x07\x01s\x06String\x02hi";
        for cut in 1..block.len() {
            assert!(reframe(&block[..cut], 54_460).is_err(), "cut at {cut}");
        }
    }

    #[test]
    fn types_are_laid_out_by_their_names() {
        let fixed = |width| Box::new(Type::Fixed(width));
        let cases = [
            ("DateTime64(3, 'Europe/Berlin')", Type::Fixed(8)),
            ("Enum8('a, (' = 1, 'it\\'s' = 2)", Type::Fixed(1)),
            ("Decimal(18, 4)", Type::Fixed(8)),
            ("FixedString(32)", Type::Fixed(32)),
            (
                "Array(Nullable(UInt16))",
                Type::Array(Box::new(Type::Nullable(fixed(2)))),
            ),
            (
                "LowCardinality(Nullable(String))",
                Type::Dictionary(Box::new(Type::Text)),
            ),
            (
                "Tuple(a UInt8, `b c` Array(String))",
                Type::Tuple(vec![Type::Fixed(1), Type::Array(Box::new(Type::Text))]),
            ),
            (
                "Map(String, UInt64)",
                Type::Array(Box::new(Type::Tuple(vec![Type::Text, Type::Fixed(8)]))),
            ),
            ("SimpleAggregateFunction(anyLast, UInt32)", Type::Fixed(4)),
        ];
        for (name, wanted) in cases {
            assert_eq!(Type::parse(name, 0), Ok(wanted), "{name}");
        }
        assert!(Type::parse("Dynamic", 0).is_err());
        assert!(Type::parse(&"Array(".repeat(1000), 0).is_err());
    }
}
