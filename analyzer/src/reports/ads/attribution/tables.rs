//! How conversions by what led to them are printed: rounded for people, exact for programs.

use super::{Attributed, Credited};
use crate::format::{Cell, Column, Measure, Report};

/// Conversions as people read them; a part of one does not look like none.
pub(super) fn number(conversions: f64) -> String {
    match conversions {
        none if none <= 0.0 => "0".to_owned(),
        small if small < 0.05 => "< 0.1".to_owned(),
        whole if (whole - whole.round()).abs() < 1e-6 => format!("{whole:.0}"),
        part => format!("{part:.1}"),
    }
}

const TOUCHES: [Column; 10] = [
    Column::people("Visits by", Measure::Text),
    Column::data("campaign", Measure::Text),
    Column::data("source", Measure::Text),
    Column::data("channel", Measure::Text),
    Column::both("Last touch", "last", Measure::Text),
    Column::both("First touch", "first", Measure::Text),
    Column::both("Linear", "linear", Measure::Text),
    Column::both("Time decay", "time_decay", Measure::Text),
    Column::both("By position", "position", Measure::Text),
    Column::both("Apart by", "spread", Measure::Text),
];

fn row(touch: &Credited, shown: impl Fn(f64) -> String) -> Vec<Cell> {
    let credits = [
        touch.last,
        touch.first,
        touch.linear,
        touch.time_decay,
        touch.position,
        touch.spread,
    ];
    let names = [
        touch.name(),
        touch.campaign.clone(),
        touch.source.clone(),
        touch.channel.clone(),
    ];
    let names = names.into_iter().map(Cell::Text);
    names
        .chain(credits.into_iter().map(|credit| Cell::Text(shown(credit))))
        .collect()
}

impl Report for Attributed {
    fn headline(&self) -> &str {
        &self.headline
    }

    fn columns(&self) -> &[Column] {
        &TOUCHES
    }

    fn rows(&self) -> Vec<Vec<Cell>> {
        self.touches
            .iter()
            .map(|touch| row(touch, number))
            .collect()
    }

    fn data_rows(&self) -> Vec<Vec<Cell>> {
        let exact = |credit: f64| credit.to_string();
        self.touches.iter().map(|touch| row(touch, exact)).collect()
    }

    fn notes(&self) -> &[String] {
        &self.notes
    }
}
