//! What a funnel tells beside its steps, a table for each thing that was asked for.

use super::breakdown::{Segment, differing, p_text};
use super::columns::{of_first, of_previous};
use super::comparison::{Change, Comparison};
use super::trend::Stretch;
use super::{Field, Funnel, FunnelStep, Reason, TimeToConvert, Why};
use crate::format::{Cell, Column, Measure, Section, percent, points};
use crate::statistics::{Z_95, rate, wilson};

/// The tables, those about people who left first.
pub(super) fn sections(funnel: &Funnel) -> Vec<Section> {
    let by = funnel.by.as_deref();
    let breakdown = by.map(|by| breakdown(by, &funnel.breakdown));
    let comparison = funnel.comparison.as_ref().map(comparison);
    let trend = (!funnel.trend.is_empty()).then(|| trend(&funnel.trend));
    let times = funnel.time_to_convert.as_ref().map(times);
    let why = funnel.why.iter().flat_map(why);
    let leavers = funnel.why.as_ref().map(|_| leavers(&funnel.steps));
    let others = [comparison, breakdown, trend, times].into_iter().flatten();
    leavers.into_iter().chain(why).chain(others).collect()
}

/// From the first to the last step: visitors, those who did all, and their share.
fn whole_way<'a>(steps: impl IntoIterator<Item = &'a FunnelStep>) -> Vec<Cell> {
    let mut steps = steps.into_iter();
    let Some(first) = steps.next() else {
        return Vec::new();
    };
    let last = steps.last().unwrap_or(first);
    vec![
        Cell::Count(first.visitors),
        Cell::Count(last.visitors),
        last.rate_from_first.map_or(Cell::None, Cell::Bar),
        of_first(last),
    ]
}

fn whole_way_columns(what: &'static str) -> Vec<Column> {
    vec![
        Column::people(what, Measure::Text),
        Column::people("Visitors", Measure::Count),
        Column::people("Did all", Measure::Count),
        Column::people("", Measure::Bar),
        Column::people("Of first", Measure::Rate),
    ]
}

fn breakdown(by: &str, segments: &[Segment]) -> Section {
    let mut columns = whole_way_columns("Value");
    columns.push(Column::people("Differs from the others", Measure::Text));
    let row = |segment: &Segment| {
        let value = match segment.value.is_empty() {
            true => "(none)".to_owned(),
            false => segment.value.clone(),
        };
        let mut row = vec![Cell::Text(value)];
        row.extend(whole_way(segment.steps.iter().map(|step| &step.step)));
        row.push(Cell::Text(differing(segment)));
        row
    };
    Section {
        title: format!("By {by}"),
        columns,
        rows: segments.iter().map(row).collect(),
    }
}

fn leavers(steps: &[FunnelStep]) -> Section {
    let row = |step: &FunnelStep| {
        let places = step
            .leavers
            .iter()
            .map(|went| // The number and its sign stay on one line.
            format!("{} {}", percent(went.share).replace(' ', "\u{a0}"), went.to.words()));
        let all = step.leavers.iter().map(|went| went.visitors).sum();
        vec![
            Cell::Count(step.number as u64),
            Cell::Text(step.step.clone()),
            Cell::Count(all),
            Cell::Text(places.collect::<Vec<_>>().join(", ")),
        ]
    };
    Section {
        title: "Where those went who did not go on".to_owned(),
        columns: vec![
            Column::people("#", Measure::Count),
            Column::people("Step", Measure::Text),
            Column::people("Left", Measure::Count),
            Column::people("Of these", Measure::Text),
        ],
        rows: steps
            .iter()
            .filter(|step| !step.leavers.is_empty())
            .map(row)
            .collect(),
    }
}

/// What was met at the worst step, and the fields there; a table each where there is anything to tell.
fn why(why: &Why) -> Vec<Section> {
    let share = |part: u64, whole: u64| Cell::rate(rate(part, whole), wilson(part, whole, Z_95));
    let reason = |reason: &Reason| {
        let verdict = match (reason.significant, reason.odds_ratio > 1.0) {
            (false, _) => "no proof",
            (true, true) => "more by leavers",
            (true, false) => "less by leavers",
        };
        vec![
            Cell::Text(reason.signal.replace('_', " ")),
            share(reason.leavers, why.leavers),
            share(reason.went_on, why.went_on),
            Cell::Text(format!("{:.1}", reason.odds_ratio)),
            Cell::Text(p_text(reason.p_adjusted)),
            Cell::Text(verdict.to_owned()),
        ]
    };
    let field = |field: &Field| {
        vec![
            Cell::Text(field.name.clone()),
            Cell::Count(field.visitors),
            share(field.visitors, why.leavers),
            field
                .median_hesitation_seconds
                .map_or(Cell::None, Cell::Seconds),
            Cell::Text(format!("{:.1}", field.mean_corrections)),
            Cell::Text(format!("{:.1}", field.mean_focuses)),
        ]
    };
    let reasons = Section {
        title: format!("What was met at step {}", why.step),
        columns: vec![
            Column::people("Signal", Measure::Text),
            Column::people("Of those who left", Measure::Rate),
            Column::people("Of others", Measure::Rate),
            Column::people("Odds ratio", Measure::Text),
            Column::people("Adjusted", Measure::Text),
            Column::people("Met", Measure::Text),
        ],
        rows: why.reasons.iter().map(reason).collect(),
    };
    let fields = Section {
        title: format!(
            "The field that those touched last who left at step {}",
            why.step
        ),
        columns: vec![
            Column::people("Field", Measure::Text),
            Column::people("Visitors", Measure::Count),
            Column::people("Of all who left", Measure::Rate),
            Column::people("Hesitation", Measure::Seconds),
            Column::people("Corrections", Measure::Text),
            Column::people("Focuses", Measure::Text),
        ],
        rows: why.fields.iter().map(field).collect(),
    };
    let sections = [reasons, fields].into_iter();
    sections
        .filter(|section| !section.rows.is_empty())
        .collect()
}

fn trend(stretches: &[Stretch]) -> Section {
    let row = |stretch: &Stretch| {
        let mut row = vec![Cell::Text(stretch.day.clone())];
        row.extend(whole_way(&stretch.steps));
        row
    };
    Section {
        title: "By the day they began".to_owned(),
        columns: whole_way_columns("From"),
        rows: stretches.iter().map(row).collect(),
    }
}

fn comparison(comparison: &Comparison) -> Section {
    let change = |change: Option<Change>| {
        change.map_or(Cell::None, |change| {
            Cell::Text(points(change.difference, change.interval))
        })
    };
    let title = match (comparison.with.as_str(), &comparison.from, &comparison.to) {
        ("previous", Some(from), Some(to)) => {
            format!("Compared with the period before, {from} to {to}")
        }
        (with, ..) => format!("Compared with {with}"),
    };
    Section {
        title,
        columns: vec![
            Column::people("#", Measure::Count),
            Column::people("Step", Measure::Text),
            Column::people("Visitors", Measure::Count),
            Column::people("Of previous", Measure::Rate),
            Column::people("Change", Measure::Text),
            Column::people("Change of first", Measure::Text),
        ],
        rows: comparison
            .steps
            .iter()
            .map(|step| {
                vec![
                    Cell::Count(step.step.number as u64),
                    Cell::Text(step.step.step.clone()),
                    Cell::Count(step.step.visitors),
                    of_previous(&step.step),
                    change(step.change_from_previous),
                    change(step.change_from_first),
                ]
            })
            .collect(),
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "counts of visitors stay far below 2^53"
)]
fn times(times: &TimeToConvert) -> Section {
    let most = times.bins.iter().map(|bin| bin.visitors).max().unwrap_or(0);
    Section {
        title: format!(
            "Time from step {} to step {}",
            times.from_step, times.to_step
        ),
        columns: vec![
            Column::people("From", Measure::Seconds),
            Column::people("Visitors", Measure::Count),
            Column::people("", Measure::Bar),
        ],
        rows: times
            .bins
            .iter()
            .map(|bin| {
                vec![
                    Cell::Seconds(bin.from_seconds),
                    Cell::Count(bin.visitors),
                    Cell::Bar(bin.visitors as f64 / most.max(1) as f64),
                ]
            })
            .collect(),
    }
}
