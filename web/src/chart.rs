//! Charts as SVG, drawn on the server so that they are there without script. Colours come from the style sheet by class;
//! what a point says stands in `data-` attributes, for the script that shows it under the pointer, and in a title.

use std::fmt::Write as _;

use snag_analyzer::format::{percent, thousands};
use snag_analyzer::statistics::Interval;

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 180.0;
const LEFT: f64 = 44.0;
const BOTTOM: f64 = 22.0;
const TOP: f64 = 10.0;

/// A point of a line: what is below it, and how much it is.
pub(crate) struct Point {
    pub(crate) label: String,
    pub(crate) value: f64,
    /// What is said of it.
    pub(crate) words: String,
}

/// Text as it may stand in SVG.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            letter if letter.is_control() => out.push(' '),
            letter => out.push(letter),
        }
    }
    out
}

/// The least round number that is not below the largest.
fn ceiling(largest: f64) -> f64 {
    if largest <= 0.0 {
        return 1.0;
    }
    let unit = 10_f64.powf(largest.log10().floor());
    let steps = [1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0];
    steps
        .into_iter()
        .map(|step| step * unit)
        .find(|step| *step >= largest * 0.999)
        .unwrap_or(largest)
}

/// A line over time with its area; `title` says what it is of.
pub(crate) fn line(points: &[Point], title: &str) -> String {
    if points.is_empty() {
        return String::new();
    }
    let top = ceiling(points.iter().map(|point| point.value).fold(0.0, f64::max));
    let (width, height) = (WIDTH - LEFT - 6.0, HEIGHT - TOP - BOTTOM);
    #[expect(clippy::cast_precision_loss, reason = "a chart has few points")]
    let x = |at: usize| match points.len() {
        1 => LEFT + width / 2.0,
        count => LEFT + width * at as f64 / (count - 1) as f64,
    };
    let y = |value: f64| TOP + height * (1.0 - value / top);
    let mut svg = format!(
        "<svg class=\"chart line\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{}\">",
        escaped(title)
    );
    for part in [0.0, 0.5, 1.0] {
        let at = y(top * part);
        let value = top * part;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a count that is not negative"
        )]
        let label = match value.fract() > 0.0 && top < 10.0 {
            true => format!("{value:.1}"),
            false => thousands(value.round() as u64),
        };
        let _ = write!(
            svg,
            "<line class=\"grid\" x1=\"{LEFT}\" x2=\"{:.1}\" y1=\"{at:.1}\" y2=\"{at:.1}\"/>\
             <text class=\"axis\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{label}</text>",
            LEFT + width,
            LEFT - 6.0,
            at + 4.0,
        );
    }
    let mut path = String::new();
    for (at, point) in points.iter().enumerate() {
        let _ = write!(
            path,
            "{}{:.1},{:.1}",
            if at == 0 { "M" } else { "L" },
            x(at),
            y(point.value)
        );
    }
    let last = points.len() - 1;
    let _ = write!(
        svg,
        "<path class=\"area\" d=\"{path}L{:.1},{:.1}L{:.1},{:.1}Z\"/><path class=\"stroke\" d=\"{path}\"/>",
        x(last),
        y(0.0),
        x(0),
        y(0.0)
    );
    // As many labels as there is room for.
    let each = points.len().div_ceil(7);
    for (at, point) in points.iter().enumerate() {
        if at % each == 0 {
            let anchor = match at {
                0 if last > 0 => "start",
                at if at == last && last > 0 => "end",
                _ => "middle",
            };
            let _ = write!(
                svg,
                "<text class=\"axis\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"{anchor}\">{}</text>",
                x(at),
                HEIGHT - 6.0,
                escaped(&point.label)
            );
        }
        let _ = write!(
            svg,
            "<circle class=\"point\" cx=\"{:.1}\" cy=\"{:.1}\" r=\"{}\" data-words=\"{}\"><title>{}</title></circle>",
            x(at),
            y(point.value),
            if last == 0 { 4.0 } else { 2.0 },
            escaped(&point.words),
            escaped(&point.words),
        );
    }
    svg + "</svg>"
}

/// A small line without axes.
pub(crate) fn sparkline(values: &[f64], title: &str) -> String {
    let (width, height) = (72.0, 20.0);
    let largest = values.iter().copied().fold(0.0, f64::max);
    if values.len() < 2 || largest <= 0.0 {
        return String::new();
    }
    let mut path = String::new();
    for (at, value) in values.iter().enumerate() {
        #[expect(clippy::cast_precision_loss, reason = "a chart has few points")]
        let x = 1.0 + (width - 2.0) * at as f64 / (values.len() - 1) as f64;
        let y = 2.0 + (height - 4.0) * (1.0 - value / largest);
        let _ = write!(path, "{}{x:.1},{y:.1}", if at == 0 { "M" } else { "L" });
    }
    format!(
        "<svg class=\"spark\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\" aria-label=\"{}\"><path class=\"stroke\" d=\"{path}\"/></svg>",
        escaped(title)
    )
}

/// A rate as a bar with its interval as a thin line, in hundredths of `largest`.
pub(crate) fn bar(rate: f64, interval: Option<Interval>, largest: f64, is_it: bool) -> String {
    let part = |rate: f64| (rate / largest.max(f64::MIN_POSITIVE) * 100.0).clamp(0.0, 100.0);
    let class = if is_it { "it" } else { "bar" };
    let words = match interval {
        Some(interval) => format!(
            "{} ({})",
            percent(rate),
            snag_analyzer::format::interval_text(rate, interval)
        ),
        None => percent(rate),
    };
    let mut svg = format!(
        "<svg class=\"bars\" viewBox=\"0 0 100 10\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"{}\">\
         <rect class=\"{class}\" x=\"0\" y=\"1.5\" width=\"{:.1}\" height=\"7\"/>",
        escaped(&words),
        part(rate)
    );
    if let Some(interval) = interval {
        let (low, high) = (part(interval.low), part(interval.high));
        let _ = write!(
            svg,
            "<rect class=\"whisker\" x=\"{low:.1}\" y=\"4.4\" width=\"{:.1}\" height=\"1.2\"/>",
            (high - low).max(0.3)
        );
    }
    svg + "</svg>"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_end_at_round_numbers() {
        for (largest, end) in [
            (0.0, 1.0),
            (1.0, 1.0),
            (3.0, 3.0),
            (23.0, 30.0),
            (99.0, 100.0),
            (1_010.0, 1_500.0),
        ] {
            assert!(
                (ceiling(largest) - end).abs() < 1e-9,
                "{largest}: {}",
                ceiling(largest)
            );
        }
    }

    #[test]
    fn what_visitors_sent_stays_text() {
        let point = Point {
            label: "<b>".into(),
            value: 1.0,
            words: "\"><script>".into(),
        };
        let svg = line(&[point], "x");
        assert!(!svg.contains("<script>") && !svg.contains("<b>"), "{svg}");
        assert!(sparkline(&[1.0], "one").is_empty());
    }
}
