//! How a page is told: the sentence, the table of its elements, and those of all else.

use super::{Audience, Element, OnePage, PageError};
use crate::format::{Cell, Column, Measure, Section, duration, percent, printable, thousands};
use crate::reports::forms;
use crate::statistics::Interval;

/// Letters of a name in the table.
const NAME: usize = 40;

pub(super) const COLUMNS: [Column; 18] = [
    Column::both("No.", "number", Measure::Count),
    Column::people("Element", Measure::Text),
    Column::data("name", Measure::Text),
    Column::data("selector", Measure::Text),
    Column::both("Tag", "tag", Measure::Text),
    Column::data("text", Measure::Text),
    Column::data("href", Measure::Text),
    Column::data("role", Measure::Text),
    Column::data("shown", Measure::Count),
    Column::both("Seen by", "exposed", Measure::Count),
    Column::both("Clicked by", "clickers", Measure::Count),
    Column::both("Rate", "rate", Measure::Rate),
    Column::both("Clicks", "clicks", Measure::Count),
    Column::people("Of all clicks", Measure::Text),
    Column::data("dead", Measure::Count),
    Column::data("rage", Measure::Count),
    Column::data("errors", Measure::Count),
    Column::people("Went wrong for", Measure::Text),
];

pub(super) fn row(element: &Element) -> Vec<Cell> {
    let counts = &element.counts;
    let share = element.share.filter(|share| *share > 0.0);
    vec![
        Cell::Count(element.number as u64),
        Cell::Text(cut(&element.name, NAME)),
        Cell::Text(element.name.clone()),
        Cell::Text(element.selector.clone()),
        Cell::Text(element.tag.clone()),
        Cell::Text(element.text.clone()),
        Cell::Text(element.href.clone()),
        Cell::Text(element.role.clone()),
        Cell::Count(element.shown),
        Cell::Count(counts.exposed),
        Cell::Count(counts.clickers),
        Cell::rate(counts.rate, counts.interval),
        Cell::Count(counts.clicks),
        share.map_or(Cell::None, |share| Cell::Text(percent(share))),
        Cell::Count(element.dead),
        Cell::Count(element.rage),
        Cell::Count(element.errors),
        Cell::Text(went_wrong(element)),
    ]
}

/// `12 dead, 3 rage, 1 error`, or nothing.
fn went_wrong(element: &Element) -> String {
    let told = [
        (element.dead, "dead"),
        (element.rage, "rage"),
        (element.errors, "error"),
    ];
    let told = told.into_iter().filter(|(count, _)| *count > 0);
    let told = told.map(|(count, word)| format!("{} {word}", thousands(count)));
    told.collect::<Vec<_>>().join(", ")
}

pub(super) fn headline(page: &OnePage) -> String {
    let OnePage { page: name, .. } = page;
    let Audience {
        visitors, views, ..
    } = page.whole;
    if views == 0 {
        return format!("nobody saw {name} of {} here", page.site);
    }
    let mut told = vec![format!(
        "{name} was shown {} times to {} visitors",
        thousands(views),
        thousands(visitors)
    )];
    if let Some(seconds) = page.whole.median_engaged_seconds {
        told.push(format!(
            "half of the time for {} or less",
            duration(seconds)
        ));
    }
    if let Some(rate) = page.whole.tenths.last().and_then(|last| last.rate) {
        told.push(format!("{} came to its end", percent(rate)));
    }
    if let Some(first) = page.elements.first()
        && let Some(share) = first.share.filter(|share| *share > 0.0)
    {
        told.push(format!(
            "\"{}\" got most clicks, {} of them",
            cut(&first.name, NAME),
            percent(share)
        ));
    }
    told.join("; ")
}

pub(super) fn sections(page: &OnePage) -> Vec<Section> {
    [
        devices(page),
        tenths(&page.whole),
        speed(&page.whole),
        errors(&page.errors),
        forms::section(&page.forms),
    ]
    .into_iter()
    .filter(|section| !section.rows.is_empty())
    .collect()
}

fn devices(page: &OnePage) -> Section {
    let row = |device: &str, audience: &Audience| {
        let device = match device {
            "" => "(not known)",
            device => device,
        };
        vec![
            Cell::Text(device.to_owned()),
            Cell::Count(audience.views),
            Cell::Count(audience.visitors),
            Cell::Count(audience.visits),
            Cell::Count(audience.entries),
            Cell::Count(audience.exits),
            Cell::rate(audience.exit_rate, audience.exit_interval),
            audience
                .median_engaged_seconds
                .map_or(Cell::None, Cell::Seconds),
        ]
    };
    let devices = page.devices.iter();
    let mut rows: Vec<_> = devices.map(|one| row(&one.device, &one.audience)).collect();
    if rows.len() > 1 {
        rows.insert(0, row("all", &page.whole));
    }
    Section {
        title: "Who saw it".to_owned(),
        columns: vec![
            Column::people("Device", Measure::Text),
            Column::people("Shown", Measure::Count),
            Column::people("Visitors", Measure::Count),
            Column::people("Visits", Measure::Count),
            Column::people("Came in by it", Measure::Count),
            Column::people("Went out by it", Measure::Count),
            Column::people("Exit rate", Measure::Rate),
            Column::people("Half stay at most", Measure::Seconds),
        ],
        rows,
    }
}

fn tenths(audience: &Audience) -> Section {
    let row = |tenth: &super::Tenth| {
        vec![
            Cell::Text(format!("{} to {} %", tenth.from, tenth.from + 10)),
            tenth.rate.map_or(Cell::None, Cell::Bar),
            Cell::rate(tenth.rate, tenth.interval),
            Cell::Seconds(tenth.mean_seconds),
            tenth
                .attention
                .map_or(Cell::None, |share| Cell::Text(percent(share))),
        ]
    };
    Section {
        title: "How far down they came".to_owned(),
        columns: vec![
            Column::people("Part of the page", Measure::Text),
            Column::people("", Measure::Bar),
            Column::people("Came so far", Measure::Rate),
            Column::people("On the screen", Measure::Seconds),
            Column::people("Of all attention", Measure::Text),
        ],
        rows: audience.tenths.iter().map(row).collect(),
    }
}

fn speed(audience: &Audience) -> Section {
    let figure = |name: &str, value: f64| match name {
        "CLS" => format!("{value:.2}"),
        _ => duration(value),
    };
    let vitals = audience.vitals.iter().filter_map(|vital| {
        Some(vec![
            Cell::Text(format!("{}, three of four keep to", vital.name)),
            Cell::Text(figure(vital.name, vital.p75?)),
            Cell::Text(vital.verdict?.to_owned()),
            Cell::Text(figure(vital.name, vital.good)),
            Cell::Text(figure(vital.name, vital.poor)),
            Cell::Count(vital.views),
        ])
    });
    let medians = [
        ("Load, half take at most", audience.load),
        ("First byte, half take at most", audience.first_byte),
    ];
    let medians = medians.into_iter().filter_map(|(name, speed)| {
        Some(vec![
            Cell::Text(name.to_owned()),
            Cell::Text(duration(speed.median_seconds?)),
            Cell::None,
            Cell::None,
            Cell::None,
            Cell::Count(speed.views),
        ])
    });
    Section {
        title: "How fast it is".to_owned(),
        columns: vec![
            Column::people("What", Measure::Text),
            Column::people("Figure", Measure::Text),
            Column::people("Verdict", Measure::Text),
            Column::people("Good up to", Measure::Text),
            Column::people("Poor above", Measure::Text),
            Column::people("Pageviews", Measure::Count),
        ],
        rows: vitals.chain(medians).collect(),
    }
}

fn errors(errors: &[PageError]) -> Section {
    let row = |error: &PageError| {
        let what = match &*error.what {
            "resource" => "a file that did not load",
            _ => "a script that failed",
        };
        vec![
            Cell::Text(what.to_owned()),
            Cell::Text(error.message.clone()),
            Cell::Text(error.source.clone()),
            Cell::Count(error.times),
            Cell::Count(error.visitors),
            Cell::rate(error.rate, error.interval),
        ]
    };
    Section {
        title: "What failed on it".to_owned(),
        columns: vec![
            Column::people("What", Measure::Text),
            Column::people("Words", Measure::Text),
            Column::people("Where", Measure::Text),
            Column::people("Times", Measure::Count),
            Column::people("Visitors", Measure::Count),
            Column::people("Of all", Measure::Rate),
        ],
        rows: errors.iter().map(row).collect(),
    }
}

/// The beginning of a text, with a mark where it is cut; nothing where only the mark would fit.
pub(super) fn cut(text: &str, letters: usize) -> String {
    let text = printable(text);
    match text.chars().count() {
        0 => String::new(),
        count if count <= letters => text,
        _ if letters < 3 => String::new(),
        _ => {
            let start: String = text.chars().take(letters - 1).collect();
            format!("{}…", start.trim_end())
        }
    }
}

/// The rate and its interval in words: `23 % (19-28)`.
pub(super) fn rate_text(rate: Option<f64>, interval: Option<Interval>) -> String {
    match (rate, interval) {
        (Some(rate), Some(interval)) => format!(
            "{} ({})",
            percent(rate),
            crate::format::interval_text(rate, interval)
        ),
        _ => String::new(),
    }
}
