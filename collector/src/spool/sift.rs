//! Rows taken out of what was set aside: those of a site, of a visitor, or before a time.
//!
//! Invariant: of what cannot be read it cannot be said whether it holds any; such a file goes as a whole, on the word of the
//! person who was told of it. What waits to be shipped is never changed: it is shipped first.

use std::io;

use super::rejected::{Kept, SpoolDirectory, State};
use super::segment::Sealed;
use crate::row::Table;

/// Stands in the place of the store's words, which may repeat what was in the rows.
const ERASED: &str = "rows of it were erased, and with them what the store had said";

/// Which rows are to go.
#[derive(Debug, Clone, Copy)]
pub struct Unwanted<'a> {
    /// Of this site.
    pub site: &'a str,
    /// Of these visitors alone.
    pub visitors: Option<&'a [u64]>,
    /// Before this time alone, milliseconds since 1970.
    pub before: Option<i64>,
}

/// What of that was set aside.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Aside {
    /// Rows.
    pub rows: u64,
    /// Names of files that cannot be read, so that it cannot be said.
    pub unreadable: Vec<String>,
}

impl SpoolDirectory {
    /// Counts what would be taken out; changes nothing.
    ///
    /// # Errors
    /// When the directory cannot be read.
    pub fn count_aside(&self, unwanted: Unwanted<'_>) -> io::Result<Aside> {
        self.sift(unwanted, |_, _| Ok(()))
    }

    /// Takes it out, and what cannot be read with it.
    ///
    /// # Errors
    /// When the directory cannot be read or written; it may be asked again then.
    pub fn erase_aside(&self, unwanted: Unwanted<'_>) -> io::Result<Aside> {
        self.sift(unwanted, |kept, left| match left {
            Some(bytes) => kept.replace(&bytes, ERASED),
            None => kept.drop_for_good(),
        })
    }

    /// `change` is told each file that changes, and what is left of it, if anything.
    fn sift(
        &self,
        unwanted: Unwanted<'_>,
        change: impl Fn(Kept, Option<Vec<u8>>) -> io::Result<()>,
    ) -> io::Result<Aside> {
        let mut aside = Aside::default();
        for kept in self.list()? {
            let is_readable = match kept.state {
                State::Open | State::Waiting => continue,
                State::Rejected => true,
                State::Damage => false,
            };
            let sifted = match is_readable {
                true => sifted(&Sealed::read(&kept.path)?, unwanted),
                false => None,
            };
            match sifted {
                None => {
                    aside.unreadable.push(kept.name.clone());
                    change(kept, None)?;
                }
                Some((0, _)) => {}
                Some((rows, left)) => {
                    aside.rows += rows;
                    change(kept, left)?;
                }
            }
        }
        Ok(aside)
    }
}

/// How many rows go, and the segment without them, if any are left; none when it cannot be read.
fn sifted(sealed: &Sealed, unwanted: Unwanted<'_>) -> Option<(u64, Option<Vec<u8>>)> {
    if !sealed.damage.is_empty() {
        return None;
    }
    let (mut gone, mut parts) = (0, Vec::new());
    for (batch, schema, payload) in sealed.part_rows() {
        // Elements tell of the site alone.
        let is_of_visits = unwanted.visitors.is_some() || unwanted.before.is_some();
        let stays = batch.table == Table::Elements && is_of_visits;
        let schema = Schema::read(schema?)?;
        let (mut rest, mut left, mut rows) = (&payload[..], Vec::new(), 0);
        while !rest.is_empty() {
            let (row, is_unwanted) = schema.row(&mut rest, unwanted)?;
            if is_unwanted && !stays {
                gone += 1;
            } else {
                left.extend_from_slice(row);
                rows += 1;
            }
        }
        if rows > 0 {
            parts.push((batch, rows, left));
        }
    }
    let parts = || {
        parts
            .iter()
            .map(|(batch, rows, left)| (*batch, *rows, &left[..]))
    };
    let left = (parts().len() > 0).then(|| sealed.with(parts()));
    Some((gone, left))
}

/// The columns of a `RowBinaryWithNamesAndTypes` document.
struct Schema<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Schema<'a> {
    fn read(mut head: &'a [u8]) -> Option<Self> {
        let count = length(&mut head)?;
        // A column takes two bytes at least.
        let mut texts = Vec::with_capacity(count.min(head.len()));
        for _ in 0..count.checked_mul(2)? {
            texts.push(std::str::from_utf8(text(&mut head)?).ok()?);
        }
        let (names, types) = texts.split_at(count);
        Some(Self(
            names.iter().copied().zip(types.iter().copied()).collect(),
        ))
    }

    /// The next row's bytes, and whether it is unwanted; none when it is no row.
    fn row<'r>(&self, rest: &mut &'r [u8], unwanted: Unwanted<'_>) -> Option<(&'r [u8], bool)> {
        let start = *rest;
        let (mut is_of_site, mut is_of_visitor, mut is_before) = (false, false, false);
        for (name, kind) in &self.0 {
            let before = *rest;
            skip(kind, rest)?;
            let value = &before[..before.len() - rest.len()];
            match *name {
                "site" => is_of_site = text(&mut &value[..])? == unwanted.site.as_bytes(),
                "visitor" | "visitor_before" => {
                    let number = u64::from_le_bytes(value.try_into().ok()?);
                    is_of_visitor |= unwanted
                        .visitors
                        .is_some_and(|visitors| visitors.contains(&number));
                }
                "time" => {
                    let time = i64::from_le_bytes(value.try_into().ok()?);
                    is_before = unwanted.before.is_some_and(|before| time < before);
                }
                _ => {}
            }
        }
        let is_unwanted = is_of_site
            && (unwanted.visitors.is_none() || is_of_visitor)
            && (unwanted.before.is_none() || is_before);
        Some((&start[..start.len() - rest.len()], is_unwanted))
    }
}

/// Goes past a value of that type; none where it is not known or there is no such value.
fn skip(kind: &str, rest: &mut &[u8]) -> Option<()> {
    if let Some(inner) = inside(kind, "LowCardinality") {
        return skip(inner, rest);
    }
    if let Some(inner) = inside(kind, "Nullable") {
        return match fixed(rest, 1)?[0] {
            0 => skip(inner, rest),
            _ => Some(()),
        };
    }
    if let Some(inner) = inside(kind, "Array") {
        return (0..length(rest)?).try_for_each(|_| skip(inner, rest));
    }
    if let Some(inner) = inside(kind, "Map") {
        // No type of a key has a comma of its own.
        let (key, value) = inner.split_once(", ")?;
        return (0..length(rest)?).try_for_each(|_| {
            skip(key, rest)?;
            skip(value, rest)
        });
    }
    let name = kind.split('(').next()?;
    let bytes = match name {
        "String" => return text(rest).map(|_| ()),
        "UInt8" | "Int8" | "Bool" | "Enum8" => 1,
        "UInt16" | "Int16" | "Date" => 2,
        "UInt32" | "Int32" | "Float32" | "DateTime" => 4,
        "UInt64" | "Int64" | "Float64" | "DateTime64" => 8,
        _ => return None,
    };
    fixed(rest, bytes).map(|_| ())
}

fn inside<'a>(kind: &'a str, outer: &str) -> Option<&'a str> {
    kind.strip_prefix(outer)?
        .strip_prefix('(')?
        .strip_suffix(')')
}

fn fixed<'r>(rest: &mut &'r [u8], bytes: usize) -> Option<&'r [u8]> {
    let (value, after) = rest.split_at_checked(bytes)?;
    *rest = after;
    Some(value)
}

fn text<'r>(rest: &mut &'r [u8]) -> Option<&'r [u8]> {
    let bytes = length(rest)?;
    fixed(rest, bytes)
}

/// LEB128, as lengths are written.
fn length(rest: &mut &[u8]) -> Option<usize> {
    let mut value = 0_usize;
    for shift in (0..usize::BITS).step_by(7) {
        let byte = fixed(rest, 1)?[0];
        value |= usize::from(byte & 0x7f).checked_shl(shift)?;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}
