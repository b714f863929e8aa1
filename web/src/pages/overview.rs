//! All visits together: figures, over time, and by what matters most.

use askama::Template;
use snag_analyzer::format::{
    Report as _, capital, duration, interval_text, percent, printable, thousands,
};
use snag_analyzer::{
    By, Span, Timeline, TimelineRequest, TimelineRow, Totals, Unit, Zone, overview as overview_of,
    pages, timeline, visits,
};

use super::view;
use crate::answer::{self, Outcome};
use crate::asked::Asked;
use crate::chart::{self, Point, line};

/// Rows of each card.
const ROWS: u32 = 7;

#[derive(Template)]
#[template(path = "overview.html")]
struct Overview<'a> {
    site: &'a str,
    sentence: String,
    figures: Vec<Figure>,
    chart: String,
    unit: &'static str,
    zone: String,
    cards: Vec<Card>,
    query: String,
    command: String,
    is_empty: bool,
}

struct Figure {
    value: String,
    name: &'static str,
    before: String,
}

struct Card {
    title: &'static str,
    /// The report with all of it.
    report: &'static str,
    rows: Vec<Row>,
}

struct Row {
    name: String,
    page: Option<String>,
    count: String,
    bar: String,
}

pub(crate) async fn overview(asked: Asked) -> Outcome {
    let view = view(&asked)?;
    let span = view.span();
    let store = &asked.house.store;
    // A zone that the browser knows and we do not is no reason to show nothing.
    let own: Option<Zone> = asked.zone.as_deref().and_then(|zone| zone.parse().ok());
    let zone = asked.query.get("zone").map(str::parse).transpose()?.or(own);
    let request = TimelineRequest {
        unit: asked.query.get("unit").map(str::parse).transpose()?,
        zone: zone.unwrap_or_else(Zone::utc),
    };
    let few = Span {
        limit: ROWS,
        ..span.clone()
    };
    let (all, over_time, shown_pages, channels, sources, entries, countries, devices) = tokio::try_join!(
        overview_of(store, &span),
        timeline(store, &span, &request),
        pages(store, &few),
        visits(store, &few, By::SOURCES[0]),
        visits(store, &few, By::SOURCES[1]),
        visits(store, &few, By::ENTRY),
        visits(store, &few, By::PLACES[0]),
        visits(store, &few, By::DEVICES[0]),
    )?;
    let by = |title, report, found: &snag_analyzer::Visits| {
        let rows = found
            .rows
            .iter()
            .map(|row| (row.value.clone(), row.totals.visitors));
        card(title, report, rows.collect())
    };
    let of_pages = shown_pages
        .rows
        .iter()
        .map(|row| (row.page.clone(), row.visitors));
    let cards = vec![
        card("Pages", "pages", of_pages.collect()),
        by("Channels", "sources", &channels),
        by("Sources", "sources", &sources),
        by("Entry pages", "entries", &entries),
        by("Places", "countries", &countries),
        by("Devices", "devices", &devices),
    ];
    answer::html(&Overview {
        site: asked.site(),
        sentence: capital(&printable(all.headline())),
        figures: figures(&all.now, all.before.as_ref()),
        chart: drawn(&over_time),
        unit: over_time.unit.name(),
        zone: over_time.zone.clone(),
        cards,
        query: asked.query.text(),
        command: format!("snag overview{}", view.options()),
        is_empty: all.now.sessions == 0,
    })
}

fn card(title: &'static str, report: &'static str, rows: Vec<(String, u64)>) -> Card {
    let most = rows
        .iter()
        .map(|(_, count)| *count)
        .max()
        .unwrap_or(0)
        .max(1);
    #[expect(
        clippy::cast_precision_loss,
        reason = "counts of people stay far below 2^53"
    )]
    let part = |count: u64| count as f64 / most as f64;
    let row = |(name, count): (String, u64)| Row {
        page: name.starts_with('/').then(|| name.clone()),
        name: match name.as_str() {
            "" => "not known".to_owned(),
            name => printable(name),
        },
        count: thousands(count),
        bar: chart::bar(part(count), None, 1.0, false),
    };
    Card {
        title,
        report,
        rows: rows.into_iter().map(row).collect(),
    }
}

fn figures(now: &Totals, before: Option<&Totals>) -> Vec<Figure> {
    let count = |name, of: fn(&Totals) -> u64| Figure {
        value: thousands(of(now)),
        name,
        before: before.map_or_else(String::new, |before| thousands(of(before))),
    };
    let text = |name, of: &dyn Fn(&Totals) -> String| Figure {
        value: of(now),
        name,
        before: before.map_or_else(String::new, of),
    };
    let bounces = |totals: &Totals| match (totals.bounce_rate, totals.bounce_interval) {
        (Some(rate), Some(interval)) => {
            format!("{} ({})", percent(rate), interval_text(rate, interval))
        }
        _ => "none".to_owned(),
    };
    vec![
        count("visitors", |totals| totals.visitors),
        count("visits", |totals| totals.sessions),
        count("pages shown", |totals| totals.pageviews),
        text("bounces", &bounces),
        text("mean duration", &|totals| duration(totals.mean_seconds)),
    ]
}

/// Visitors over time.
fn drawn(timeline: &Timeline) -> String {
    let point = |stretch: &TimelineRow| {
        let label = match timeline.unit {
            Unit::Hour => stretch.at.get(11..16),
            Unit::Day | Unit::Week => stretch.at.get(5..10),
            Unit::Month => stretch.at.get(..7),
        };
        #[expect(
            clippy::cast_precision_loss,
            reason = "counts of people stay far below 2^53"
        )]
        let value = stretch.totals.visitors as f64;
        Point {
            label: label.unwrap_or_default().to_owned(),
            value,
            words: format!(
                "{}: {} visitors, {} visits",
                stretch.at.get(..16).unwrap_or_default().replace('T', " "),
                thousands(stretch.totals.visitors),
                thousands(stretch.totals.sessions)
            ),
        }
    };
    let points: Vec<Point> = timeline.rows.iter().map(point).collect();
    line(&points, &timeline.headline)
}
