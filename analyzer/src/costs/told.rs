//! What a file of costs tells, a day, seller and campaign at a time.
//!
//! Invariant: all of a file or nothing; a row that cannot be read refuses it. Lines of titles, sums and copyright are no rows.

use std::collections::BTreeMap;

use csv::StringRecord;
use jiff::civil::Date;

use super::amount::{Amount, Sign, amount, count};
use super::day::{Day, First};
use super::layout::{Columns, Part, is_currency};
use super::seller::seller;
use super::sheet::Sheet;
use crate::Error;

/// What a newer export replaces as a whole.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub(super) day: Date,
    pub(super) source: String,
    pub(super) campaign: String,
}

/// Campaign identifier, medium, ad, currency.
pub(super) type Of = [String; 4];

/// What was shown, clicked and paid.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Figures {
    pub(super) impressions: u64,
    pub(super) clicks: u64,
    pub(super) cost: Amount,
}

/// The costs in a file, summed up where it tells of the same more than once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Costs {
    /// The kind of export: Google Ads, Meta, Microsoft Advertising or plain.
    pub layout: &'static str,
    pub(super) days: BTreeMap<Key, BTreeMap<Of, Figures>>,
}

/// A day and campaign more, and the file is refused: an insert of more rows would not go in as a whole.
const MOST: usize = 1_000_000;
const MEND_ROW: &str = "mend it and import the file again, nothing of it went in";

impl Costs {
    /// Reads a file; `currency` is for one that names none.
    ///
    /// # Errors
    /// [`Error::Usage`] for another kind of file, and for the first row that cannot be read, by line and column.
    pub fn read(bytes: &[u8], currency: Option<&str>) -> Result<Self, Error> {
        let sheet = Sheet::read(bytes)?;
        let reading = Reading::of(&sheet, currency)?;
        let mut days: BTreeMap<Key, BTreeMap<Of, Figures>> = BTreeMap::new();
        for (number, line) in sheet.rows() {
            let (key, of, told) = reading.row(*number, line)?;
            let figures = days.entry(key).or_default().entry(of).or_default();
            figures.impressions = figures.impressions.saturating_add(told.impressions);
            figures.clicks = figures.clicks.saturating_add(told.clicks);
            figures.cost += told.cost;
        }
        match days.len() {
            0 => Err(Error::usage(
                "there is no row of costs below the headings",
                "export days on which ads ran",
            )),
            1..=MOST => Ok(Self {
                layout: sheet.columns.layout.name,
                days,
            }),
            count => Err(Error::usage(
                format!("there are {count} days of campaigns in one file"),
                format!("divide it into files of up to {MOST}"),
            )),
        }
    }
}

impl Sheet {
    /// The lines that tell a cost.
    fn rows(&self) -> impl Iterator<Item = &(u64, StringRecord)> {
        self.lines
            .iter()
            .filter(|(_, line)| !self.columns.is_summary(line))
    }
}

impl Columns {
    /// Whether a line sums up others, or belongs to the frame of the report.
    fn is_summary(&self, line: &StringRecord) -> bool {
        let mut filled = line.iter().filter(|cell| !cell.trim().is_empty());
        let has_day = Day::read(self.cell(self.day(), line)).is_some();
        let is_sum = |cell: &str| {
            let start = cell.trim().get(..5);
            start.is_some_and(|start| start.eq_ignore_ascii_case("total"))
        };
        let names = [Part::Campaign, Part::Ad].map(|part| self.cell(part, line));
        // Meta's sums have days and no name.
        let is_nameless =
            !self.layout.source.is_empty() && names.iter().all(|name| name.is_empty());
        is_nameless || !has_day && (filled.clone().any(is_sum) || filled.by_ref().count() <= 1)
    }
}

/// How the cells of a file are to be read.
struct Reading<'a> {
    columns: &'a Columns,
    sign: Sign,
    first: First,
    currency: Option<String>,
}

impl<'a> Reading<'a> {
    fn of(sheet: &'a Sheet, currency: Option<&str>) -> Result<Self, Error> {
        let columns = &sheet.columns;
        let asked = currency.map(str::to_owned);
        Ok(Self {
            columns,
            sign: sign(sheet)?,
            first: first(sheet)?,
            currency: columns.currency.clone().or(asked),
        })
    }

    fn row(&self, number: u64, line: &StringRecord) -> Result<(Key, Of, Figures), Error> {
        let cell = |part| self.columns.cell(part, line);
        let name = |part| cell(part).to_owned();
        let bad = |part, why: &str| bad(self.columns, number, part, cell(part), why);
        let day = self.day(number, line)?;
        let source = match self.columns.layout.source {
            "" => seller(cell(Part::Source)),
            source => source.to_owned(),
        };
        let (campaign, ad) = (name(Part::Campaign), name(Part::Ad));
        if campaign.is_empty() && ad.is_empty() {
            return Err(Error::usage(
                format!("line {number} names neither campaign nor ad"),
                MEND_ROW,
            ));
        }
        let figures = Figures {
            impressions: count(cell(Part::Impressions))
                .ok_or_else(|| bad(Part::Impressions, "no whole number"))?,
            clicks: count(cell(Part::Clicks))
                .ok_or_else(|| bad(Part::Clicks, "no whole number"))?,
            cost: amount(cell(Part::Cost), self.sign)
                .ok_or_else(|| bad(Part::Cost, "no amount"))?,
        };
        let currency = match cell(Part::Currency) {
            "" => self.currency.clone().ok_or_else(|| {
                Error::usage(
                    format!("line {number} names no currency, and the headings name none"),
                    "say which with --currency EUR",
                )
            })?,
            told => told.to_ascii_uppercase(),
        };
        if !is_currency(&currency) {
            return Err(bad(Part::Currency, "no currency such as EUR"));
        }
        let key = Key {
            day,
            source,
            campaign,
        };
        let of = [name(Part::CampaignId), name(Part::Medium), ad, currency];
        Ok((key, of, figures))
    }

    fn day(&self, number: u64, line: &StringRecord) -> Result<Date, Error> {
        let part = self.columns.day();
        let date = |part| {
            Day::read(self.columns.cell(part, line))
                .and_then(|day| day.date(self.first))
                .ok_or_else(|| {
                    let cell = self.columns.cell(part, line);
                    bad(
                        self.columns,
                        number,
                        part,
                        cell,
                        "no day such as 2026-01-31",
                    )
                })
        };
        let day = date(part)?;
        if part == Part::Start && date(Part::End)? != day {
            return Err(Error::usage(
                format!("line {number} is of more than one day"),
                "export it broken down by day",
            ));
        }
        Ok(day)
    }
}

fn bad(columns: &Columns, number: u64, part: Part, cell: &str, why: &str) -> Error {
    Error::usage(
        format!(
            "line {number}, {}: {cell:?} is {why}",
            columns.heading(part)
        ),
        MEND_ROW,
    )
}

/// The sign before the decimals of all costs.
fn sign(sheet: &Sheet) -> Result<Sign, Error> {
    let line_of = |wanted| {
        let mut rows = sheet.rows();
        let found =
            rows.find(|(_, line)| Sign::of(sheet.columns.cell(Part::Cost, line)) == Some(wanted));
        found.map(|(number, _)| *number)
    };
    match (line_of(Sign::Point), line_of(Sign::Comma)) {
        (Some(point), Some(comma)) => Err(Error::usage(
            format!(
                "{} has a decimal point in line {point} and a decimal comma in line {comma}",
                sheet.columns.heading(Part::Cost)
            ),
            MEND_ROW,
        )),
        (None, Some(_)) => Ok(Sign::Comma),
        _ => Ok(Sign::Point),
    }
}

/// What stands first in the days of two numbers and a year.
fn first(sheet: &Sheet) -> Result<First, Error> {
    let part = sheet.columns.day();
    let days: Vec<(u64, Day)> = sheet
        .rows()
        .filter_map(|(number, line)| Some((*number, Day::read(sheet.columns.cell(part, line))?)))
        .collect();
    let line_of = |wanted| {
        let found = days.iter().find(|(_, day)| day.needs() == Some(wanted));
        found.map(|(number, _)| *number)
    };
    let heading = sheet.columns.heading(part);
    match (line_of(First::Day), line_of(First::Month)) {
        (Some(day), Some(month)) => Err(Error::usage(
            format!(
                "{heading} has the day first in line {day} and the month first in line {month}"
            ),
            MEND_ROW,
        )),
        (Some(_), None) => Ok(First::Day),
        (None, Some(_)) => Ok(First::Month),
        (None, None) => match days.iter().find(|(_, day)| day.is_unclear()) {
            None => Ok(First::Day),
            Some((number, _)) => Err(Error::usage(
                format!("line {number}, {heading}: either number may be the month"),
                "write days as 2026-01-31, or export some after the 12th too",
            )),
        },
    }
}
