//! Numbers and network addresses.
//!
//! Digits count in groups, as phones and cards are written: one space, hyphen, dot or `+` between two groups, or
//! parentheses around one. Dates, amounts, decimals and versions look alike and are told apart by the sizes of the groups.

use std::net::Ipv6Addr;
use std::str::FromStr as _;

use super::{NUMBER_DIGITS, Span};

/// Groups that one number may have.
const GROUPS: usize = 12;

#[derive(Debug, Clone, Copy, Default)]
struct Group {
    start: usize,
    end: usize,
    /// First byte of what stands between this group and the next.
    joint: u8,
}

impl Group {
    fn length(&self) -> usize {
        self.end - self.start
    }
}

/// The number that begins here, and where to look next.
pub(super) fn number_at(text: &[u8], at: usize) -> (Option<Span>, usize) {
    let (groups, count) = groups(text, at);
    let groups = &groups[..count];
    let end = groups.last().map_or(at + 1, |group| group.end);
    let digits: usize = groups.iter().map(Group::length).sum();
    if digits < NUMBER_DIGITS {
        return (None, end);
    }
    let number = |start, end| Span {
        start,
        end,
        mark: "{number}",
    };
    let date = date_groups(text, groups);
    if date > 0 {
        return (None, groups.get(date).map_or(end, |group| group.start));
    }
    let is_kept = is_decimal(groups) || is_amount(text, groups) || is_version(text, groups);
    if !is_kept {
        return (Some(number(with_prefix(text, at), end)), end);
    }
    if is_decimal(groups) {
        return (None, end);
    }
    match groups.iter().find(|group| group.length() >= NUMBER_DIGITS) {
        Some(group) => (Some(number(group.start, group.end)), group.end),
        None => (None, end),
    }
}

/// Digits in groups from `at` on.
fn groups(text: &[u8], at: usize) -> ([Group; GROUPS], usize) {
    let mut groups = [Group::default(); GROUPS];
    let mut count = 0;
    let mut start = at;
    while count < GROUPS {
        let digits = text[start..]
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        let end = start + digits;
        groups[count] = Group {
            start,
            end,
            joint: text.get(end).copied().unwrap_or_default(),
        };
        count += 1;
        let joint = joint_length(&text[end..]);
        if joint == 0 {
            break;
        }
        start = end + joint;
    }
    (groups, count)
}

/// Length of what joins a group to the next, 0 when nothing does.
fn joint_length(text: &[u8]) -> usize {
    let is_digit = |at: usize| text.get(at).is_some_and(u8::is_ascii_digit);
    if text.starts_with(b"%20") || text.starts_with(b"%2D") || text.starts_with(b"%2d") {
        return if is_digit(3) { 3 } else { 0 };
    }
    let joints = text
        .iter()
        .take(3)
        .take_while(|byte| b" -.+()".contains(byte))
        .count();
    let has_parenthesis = text[..joints].iter().any(|byte| b"()".contains(byte));
    if is_digit(joints) && (joints == 1 || has_parenthesis) {
        joints
    } else {
        0
    }
}

/// How many groups are a date: `2026-01-05`, `2026 01`, `05.01.2026`, or the first year of two.
fn date_groups(text: &[u8], groups: &[Group]) -> usize {
    let value = |group: &Group| {
        text[group.start..group.end]
            .iter()
            .fold(0_u32, |sum, digit| {
                sum.saturating_mul(10)
                    .saturating_add(u32::from(digit - b'0'))
            })
    };
    let is_year = |group: &Group| group.length() == 4 && (1900..2100).contains(&value(group));
    let is_month = |group: &Group| group.length() <= 2 && (1..=12).contains(&value(group));
    let is_day = |group: &Group| group.length() <= 2 && (1..=31).contains(&value(group));
    match groups {
        [year, month, day, ..] if is_year(year) && is_month(month) && is_day(day) => 3,
        [year, month, ..] if is_year(year) && is_month(month) => 2,
        [year, next, ..] if is_year(year) && is_year(next) => 1,
        [day, month, year, ..]
            if is_year(year)
                && is_day(day)
                && is_day(month)
                && (is_month(month) || is_month(day)) =>
        {
            3
        }
        _ => 0,
    }
}

/// `19.990000000000002`
fn is_decimal(groups: &[Group]) -> bool {
    matches!(groups, [whole, part] if whole.joint == b'.' && whole.length() <= 3 && part.length() >= NUMBER_DIGITS)
}

/// `125.000.000`, `1 299 000.00`, `125 000 000 €`: thousands, and what tells them from a phone.
fn is_amount(text: &[u8], groups: &[Group]) -> bool {
    let Some((first, rest)) = groups.split_first() else {
        return false;
    };
    let (thousands, cents) = match rest.split_last() {
        Some((last, thousands)) if last.length() == 2 => (thousands, true),
        _ => (rest, false),
    };
    let joint = first.joint;
    let by_thousands = first.length() <= 3
        && thousands.len() >= 2
        && thousands.iter().all(|group| group.length() == 3)
        && groups[..thousands.len()]
            .iter()
            .all(|group| group.joint == joint);
    by_thousands
        && match joint {
            b'.' => !cents,
            b' ' | b'%' | b'+' => {
                let point = groups[thousands.len()].joint;
                cents && point == b'.' || !cents && has_currency(text, groups)
            }
            _ => false,
        }
}

fn has_currency(text: &[u8], groups: &[Group]) -> bool {
    const SIGNS: &[&str] = &[
        "€", "$", "£", "¥", "₫", "₽", "₹", "₩", "₺", "Kč", "zł", "kr",
    ];
    let (Some(first), Some(last)) = (groups.first(), groups.last()) else {
        return false;
    };
    let before = text[..first.start].trim_ascii_end();
    let after = text[last.end..].trim_ascii_start();
    SIGNS
        .iter()
        .any(|sign| before.ends_with(sign.as_bytes()) || after.starts_with(sign.as_bytes()))
}

/// Dots alone, and groups that no phone has: `120.0.6099.129`. `01.23.45.67.89` is a phone.
fn is_version(text: &[u8], groups: &[Group]) -> bool {
    let Some((last, joined)) = groups.split_last() else {
        return false;
    };
    let dots_alone = !joined.is_empty() && joined.iter().all(|group| group.joint == b'.');
    let is_odd = |group: &Group| !(2..=4).contains(&group.length());
    let has_area = joined.len() == 1 && text[groups[0].start] == b'0';
    dots_alone && !has_area && (joined.iter().any(is_odd) || is_odd(last))
}

/// A plus or a parenthesis just before belongs to the number.
fn with_prefix(text: &[u8], at: usize) -> usize {
    let mut start = at;
    while start > 0 && matches!(text[start - 1], b'+' | b'(') {
        start -= 1;
    }
    if text[..start].ends_with(b"%2B") || text[..start].ends_with(b"%2b") {
        start -= 3;
    }
    start
}

/// The IPv4 or IPv6 address that begins here, if one does.
pub(super) fn address_at(text: &[u8], at: usize) -> Option<Span> {
    if at > 0 && matches!(text[at - 1], b'.' | b':') {
        return None;
    }
    let end = v4_end(text, at).or_else(|| v6_end(text, at))?;
    Some(Span {
        start: at,
        end,
        mark: "{ip}",
    })
}

fn v4_end(text: &[u8], at: usize) -> Option<usize> {
    let mut end = at;
    for part in 0..4 {
        if part > 0 {
            if text.get(end) != Some(&b'.') {
                return None;
            }
            end += 1;
        }
        let digits = text[end..]
            .iter()
            .take(4)
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        let value = std::str::from_utf8(&text[end..end + digits]).ok()?;
        if digits > 3 || value.parse::<u8>().is_err() {
            return None;
        }
        end += digits;
    }
    let goes_on = text.get(end).is_some_and(u8::is_ascii_alphanumeric)
        || text.get(end) == Some(&b'.') && text.get(end + 1).is_some_and(u8::is_ascii_digit);
    (!goes_on).then_some(end)
}

fn v6_end(text: &[u8], at: usize) -> Option<usize> {
    let is_part = |byte: &&u8| byte.is_ascii_hexdigit() || matches!(**byte, b':' | b'.');
    let mut length = text[at..].iter().take(46).take_while(is_part).count();
    let follows = text.get(at + length);
    if follows.is_some_and(u8::is_ascii_alphanumeric) {
        return None;
    }
    // The end of a sentence is no part of it.
    while length > 0 && text[at + length - 1] == b'.' {
        length -= 1;
    }
    let part = std::str::from_utf8(&text[at..at + length]).ok()?;
    let is_address = part.bytes().filter(|byte| *byte == b':').count() >= 2
        && part.bytes().any(|byte| byte.is_ascii_digit())
        && Ipv6Addr::from_str(part).is_ok();
    is_address.then_some(at + length)
}
