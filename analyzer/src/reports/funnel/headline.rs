//! The finding of a funnel in one sentence.

use super::{Abandon, Coverage, FunnelRequest, FunnelStep, Why};
use crate::format::{interval_text, percent, thousands};
use crate::period::day_text;

/// The number of the step that loses people most surely: the largest lower bound of abandonment, of equal ones the
/// one that loses more people, then the earlier. None where nobody is lost.
pub(super) fn worst(steps: &[FunnelStep]) -> Option<usize> {
    let losses = steps
        .iter()
        .filter_map(|step| Some((step.number, step.abandon.as_ref()?)));
    losses
        .filter(|(_, abandon)| abandon.visitors > 0)
        .reduce(|worst, next| {
            if is_worse(next.1, worst.1) {
                next
            } else {
                worst
            }
        })
        .map(|(number, _)| number)
}

fn is_worse(this: &Abandon, that: &Abandon) -> bool {
    let order = this.interval.low.total_cmp(&that.interval.low);
    order.then(this.visitors.cmp(&that.visitors)).is_gt()
}

/// The sentence about a funnel that was looked for in data.
pub(super) fn headline(steps: &[FunnelStep], worst: Option<usize>) -> String {
    let (Some(first), Some(last)) = (steps.first(), steps.last()) else {
        return String::new();
    };
    if first.visitors == 0 {
        return format!("No visitor reached {}", place(first));
    }
    let worst = worst.and_then(|number| steps.iter().find(|step| step.number == number));
    match worst.and_then(|step| Some((step, step.abandon.as_ref()?))) {
        Some((step, abandon)) => format!(
            "{} of {} {} ({}, {}) {} at {}",
            thousands(abandon.visitors),
            thousands(step.visitors),
            if step.visitors == 1 {
                "visitor"
            } else {
                "visitors"
            },
            percent(abandon.rate),
            interval_text(abandon.rate, abandon.interval),
            if abandon.visitors == 1 {
                "abandons"
            } else {
                "abandon"
            },
            place(step),
        ),
        None if first.visitors == 1 => {
            format!(
                "The only visitor went all the way from {} to {}",
                place(first),
                place(last)
            )
        }
        None => format!(
            "{} visitors went all the way from {} to {}",
            if first.visitors == 2 {
                "Both".to_owned()
            } else {
                format!("All {}", thousands(first.visitors))
            },
            place(first),
            place(last),
        ),
    }
}

/// Fewer of those who left than this at one field are no finding.
const MANY: f64 = 0.2;

/// At which field many of those stopped who left at the worst step, to follow the sentence.
pub(super) fn at_field(why: Option<&Why>) -> String {
    match why
        .and_then(|why| why.fields.first())
        .filter(|field| field.share >= MANY)
    {
        Some(field) => format!(
            ", {} of them at the field \"{}\"",
            percent(field.share),
            crate::format::printable(&field.name)
        ),
        None => String::new(),
    }
}

/// `screen 4 "Your details"`, or `step 4 "purchase"` for what is no page.
fn place(step: &FunnelStep) -> String {
    let kind = if step.screen { "screen" } else { "step" };
    format!("{kind} {} \"{}\"", step.number, step.name)
}

/// The sentence where the site has no event in the period.
pub(super) fn no_data(request: &FunnelRequest, coverage: Option<Coverage>) -> String {
    match coverage {
        Some(coverage) => format!(
            "Site \"{}\" has no events {}; it has events from {} to {}",
            crate::format::printable(&request.site),
            request.period,
            day_text(coverage.first_ms),
            day_text(coverage.last_ms),
        ),
        None => "No events are stored yet, neither of this site nor of any other".to_owned(),
    }
}

/// The sentence where no event meets the filters.
pub(super) fn all_filtered(request: &FunnelRequest) -> String {
    let count = request.filters.len();
    let whom = if count == 1 {
        "the filter"
    } else {
        "the filters"
    };
    format!(
        "No event of site \"{}\" {} meets {whom}",
        crate::format::printable(&request.site),
        request.period
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reports::funnel::steps::steps as assemble;
    use crate::reports::funnel::tally::Tally;

    fn sentence(
        steps: &[&str],
        reached: &[u64],
        titles: &[Option<&str>],
    ) -> (Option<usize>, String) {
        let steps = steps.iter().map(|step| step.parse().unwrap()).collect();
        let request = FunnelRequest::new("shop", steps);
        let mut tally = Tally::new(reached.len());
        tally.reached = reached.to_vec();
        let titles: Vec<Option<String>> = titles
            .iter()
            .map(|title| title.map(ToOwned::to_owned))
            .collect();
        let steps = assemble(&request, tally, &titles);
        let worst = worst(&steps);
        (worst, headline(&steps, worst))
    }

    #[test]
    fn the_worst_step_is_named_with_its_rate_and_interval() {
        let steps = [
            "page:/",
            "page:/cart",
            "page:/checkout",
            "page:/details",
            "event:purchase",
        ];
        let titles = [None, None, None, Some("Your details"), None];
        let found = sentence(&steps, &[200, 160, 118, 118, 55], &titles);
        assert_eq!(
            found,
            (
                Some(4),
                "63 of 118 visitors (53 %, 44-62) abandon at screen 4 \"Your details\"".to_owned()
            )
        );
    }

    #[test]
    fn number_agrees_and_no_loss_is_no_abandonment() {
        let steps = ["click:#a", "event:b"];
        let cases: [(&[u64], &str); 6] = [
            (
                &[1, 0],
                "1 of 1 visitor (100 %, 21-100) abandons at step 1 \"click:#a\"",
            ),
            (
                &[118, 117],
                "1 of 118 visitors (0.8 %, 0.1-4.6) abandons at step 1 \"click:#a\"",
            ),
            (
                &[1, 1],
                "The only visitor went all the way from step 1 \"click:#a\" to step 2 \"b\"",
            ),
            (
                &[2, 2],
                "Both visitors went all the way from step 1 \"click:#a\" to step 2 \"b\"",
            ),
            (
                &[1_234, 1_234],
                "All 1,234 visitors went all the way from step 1 \"click:#a\" to step 2 \"b\"",
            ),
            (&[0, 0], "No visitor reached step 1 \"click:#a\""),
        ];
        for (reached, expected) in cases {
            assert_eq!(
                sentence(&steps, reached, &[None, None]).1,
                expected,
                "{reached:?}"
            );
        }
    }

    #[test]
    fn few_people_are_no_proof_against_many() {
        // 2 of 2 lose 100 %, but at least 34 %; 600 of 1000 lose 60 %, but at least 57 %.
        let steps = ["event:a", "event:b", "event:c", "event:d"];
        assert_eq!(
            sentence(&steps, &[1000, 400, 2, 0], &[const { None }; 4]).0,
            Some(2)
        );
        assert_eq!(
            sentence(&steps, &[1000, 400, 390, 388], &[const { None }; 4]).0,
            Some(1)
        );
    }
}
