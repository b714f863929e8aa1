//! A funnel as rows and columns: the steps, and for people a table for each further thing that was asked for.

use super::{Funnel, FunnelStep, sections};
use crate::format::{Cell, Column, Measure, Report, Section, money};

const COLUMNS: [Column; 16] = [
    Column::both("#", "number", Measure::Count),
    Column::both("Step", "step", Measure::Text),
    Column::data("name", Measure::Text),
    Column::both("Visitors", "visitors", Measure::Count),
    Column::people("", Measure::Bar),
    Column::both("Of first", "rate_from_first", Measure::Rate),
    Column::both("Of previous", "rate_from_previous", Measure::Rate),
    Column::both("Lost", "drop_off", Measure::Count),
    Column::data("abandon", Measure::Count),
    Column::data("abandon_rate", Measure::Rate),
    Column::data("mean_seconds", Measure::Seconds),
    Column::both("Median", "median_seconds", Measure::Seconds),
    Column::both("90 %", "p90_seconds", Measure::Seconds),
    Column::data("revenue", Measure::Text),
    Column::data("by", Measure::Text),
    Column::data("value", Measure::Text),
];

/// The same where anything was worth something.
const WITH_REVENUE: [Column; 16] = {
    let mut columns = COLUMNS;
    columns[13] = Column::both("Worth", "revenue", Measure::Text);
    columns
};

impl Report for Funnel {
    fn headline(&self) -> &str {
        &self.headline
    }

    fn columns(&self) -> &[Column] {
        match self.steps.iter().any(|step| !step.revenue.is_empty()) {
            true => &WITH_REVENUE,
            false => &COLUMNS,
        }
    }

    fn rows(&self) -> Vec<Vec<Cell>> {
        self.steps.iter().map(|step| row(step, "", "")).collect()
    }

    /// The steps of the whole, then those of each value, stretch and comparison, which `by` and `value` tell apart.
    fn data_rows(&self) -> Vec<Vec<Cell>> {
        let mut rows = self.rows();
        let by = self.by.as_deref().unwrap_or_default();
        for segment in &self.breakdown {
            let steps = segment.steps.iter().map(|step| &step.step);
            rows.extend(steps.map(|step| row(step, by, &segment.value)));
        }
        for stretch in &self.trend {
            let steps = stretch.steps.iter();
            rows.extend(steps.map(|step| row(step, "time", &stretch.day)));
        }
        if let Some(comparison) = &self.comparison {
            let steps = comparison.steps.iter().map(|step| &step.step);
            rows.extend(steps.map(|step| row(step, "comparison", &comparison.with)));
        }
        rows
    }

    fn sections(&self) -> Vec<Section> {
        sections::sections(self)
    }

    fn is_there(&self) -> bool {
        self.data
    }

    fn notes(&self) -> &[String] {
        &self.notes
    }
}

fn row(step: &FunnelStep, by: &str, value: &str) -> Vec<Cell> {
    let seconds = |seconds: Option<f64>| seconds.map_or(Cell::None, Cell::Seconds);
    let abandon = step.abandon.as_ref();
    vec![
        Cell::Count(step.number as u64),
        Cell::Named {
            text: step.step.clone(),
            name: step.name.clone(),
        },
        Cell::Text(step.name.clone()),
        Cell::Count(step.visitors),
        step.rate_from_first.map_or(Cell::None, Cell::Bar),
        of_first(step),
        of_previous(step),
        Cell::Count(step.drop_off),
        abandon.map_or(Cell::None, |abandon| Cell::Count(abandon.visitors)),
        abandon.map_or(Cell::None, |abandon| {
            Cell::Rate(abandon.rate, abandon.interval)
        }),
        seconds(step.mean_seconds),
        seconds(step.median_seconds),
        seconds(step.p90_seconds),
        match step.revenue.is_empty() {
            true => Cell::None,
            false => Cell::Text(money(&step.revenue)),
        },
        Cell::Text(by.to_owned()),
        Cell::Text(value.to_owned()),
    ]
}

pub(super) fn of_first(step: &FunnelStep) -> Cell {
    Cell::rate(step.rate_from_first, step.interval_from_first)
}

pub(super) fn of_previous(step: &FunnelStep) -> Cell {
    Cell::rate(step.rate_from_previous, step.interval)
}
