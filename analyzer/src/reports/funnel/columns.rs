//! A funnel as rows and columns.

use super::{Funnel, FunnelStep};
use crate::format::{Cell, Column, Measure, Report};

const COLUMNS: [Column; 13] = [
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
];

impl Report for Funnel {
    fn headline(&self) -> &str {
        &self.headline
    }

    fn columns(&self) -> &[Column] {
        &COLUMNS
    }

    fn rows(&self) -> Vec<Vec<Cell>> {
        self.steps.iter().map(row).collect()
    }

    fn notes(&self) -> &[String] {
        &self.notes
    }
}

fn row(step: &FunnelStep) -> Vec<Cell> {
    let rate = |rate: Option<f64>, interval| match (rate, interval) {
        (Some(rate), Some(interval)) => Cell::Rate(rate, interval),
        _ => Cell::None,
    };
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
        rate(step.rate_from_first, step.interval_from_first),
        rate(step.rate_from_previous, step.interval),
        Cell::Count(step.drop_off),
        abandon.map_or(Cell::None, |abandon| Cell::Count(abandon.visitors)),
        abandon.map_or(Cell::None, |abandon| {
            Cell::Rate(abandon.rate, abandon.interval)
        }),
        seconds(step.mean_seconds),
        seconds(step.median_seconds),
        seconds(step.p90_seconds),
    ]
}
