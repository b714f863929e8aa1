//! Which claims hold, which of them are one finding, and in which order they are told.
//!
//! Pure. Invariant: all tests of an audit share one false-discovery control; a cause takes in the symptoms of its page, and
//! two causes stay two findings.

use std::cmp::Ordering;

use super::finding::{Bar, Claim, Evidence, Finding, Over, Rule};
use crate::statistics::{FALSE_DISCOVERY_RATE, adjusted};

/// Weighs the claims of a period.
pub(super) fn weigh(claims: Vec<Claim>, over: &Over) -> Vec<Finding> {
    let p_values: Vec<f64> = claims.iter().filter_map(|claim| claim.p_value).collect();
    let mut adjusted = adjusted(&p_values).into_iter();
    let weighed = claims.into_iter().map(|claim| {
        let p = claim.p_value.and_then(|_| adjusted.next());
        (claim, p)
    });
    let holds = |p: Option<f64>| p.is_none_or(|p| p <= FALSE_DISCOVERY_RATE);
    let held: Vec<Weighed> = weighed.filter(|(_, p)| holds(*p)).collect();
    let mut findings: Vec<Finding> = merged(held)
        .into_iter()
        .map(|(claim, p)| claim.finding(p, over))
        .collect();
    findings.sort_by(rank);
    findings
}

type Weighed = (Claim, Option<f64>);

/// The cost that surely is one.
fn cost(claim: &Claim) -> f64 {
    claim
        .cost
        .filter(|cost| cost.interval.low > 0.0)
        .map_or(0.0, |cost| cost.conversions)
}

/// The costliest first, then the most severe, then what happens to most.
fn rank(one: &Finding, other: &Finding) -> Ordering {
    let cost = |finding: &Finding| {
        let sure = finding.cost.filter(|cost| cost.interval.low > 0.0);
        sure.map_or(0.0, |cost| cost.conversions)
    };
    cost(other)
        .total_cmp(&cost(one))
        .then(one.severity.cmp(&other.severity))
        .then(other.affected.cmp(&one.affected))
        .then_with(|| one.id.cmp(&other.id))
}

/// Whether one claim is about the same thing as another: an element of a page, or a form and its fields.
fn is_same(one: &Claim, other: &Claim) -> bool {
    let clicks = [Rule::DeadClick, Rule::RageClick, Rule::ErrorClick];
    let both = |rules: &[Rule]| rules.contains(&one.rule) && rules.contains(&other.rule);
    one.page == other.page
        && (both(&clicks) && one.elements == other.elements
            || both(&[Rule::Field])
            || both(&[Rule::ScriptError, Rule::ErrorClick])
            || both(&[Rule::Segment])
            || both(&[Rule::Segment, Rule::Step]))
}

/// One finding a cause, with the evidence of all that it explains.
fn merged(mut held: Vec<Weighed>) -> Vec<Weighed> {
    // The rule that says most of a cause first, of one rule the costliest.
    held.sort_by(|(one, _), (other, _)| {
        one.rule
            .cmp(&other.rule)
            .then(cost(other).total_cmp(&cost(one)))
            .then(other.affected.cmp(&one.affected))
            .then_with(|| one.elements.cmp(&other.elements))
    });
    let (mut symptoms, causes): (Vec<Weighed>, Vec<Weighed>) =
        held.into_iter().partition(|(claim, _)| claim.is_symptom);
    let mut kept: Vec<Weighed> = Vec::new();
    for (claim, p) in causes {
        match kept.iter_mut().find(|(kept, _)| is_same(kept, &claim)) {
            Some((kept, _)) => join(kept, claim),
            None => kept.push((claim, p)),
        }
    }
    // Who cannot get past a page says more than where on it they stopped.
    symptoms.sort_by_key(|(claim, _)| claim.rule != Rule::Segment);
    for (claim, p) in symptoms {
        let on_page = kept
            .iter_mut()
            .filter(|(kept, _)| explains(kept, &claim))
            .max_by(|(one, _), (other, _)| {
                let is_control =
                    |kept: &Claim| claim.rule == Rule::Field && kept.rule != Rule::Field;
                let by_rule = is_control(one).cmp(&is_control(other));
                by_rule.then(cost(one).total_cmp(&cost(other)))
            });
        match on_page {
            Some((kept, _)) => join(kept, claim),
            None => kept.push((claim, p)),
        }
    }
    kept
}

/// Whether a claim may be why the other holds.
fn explains(claim: &Claim, symptom: &Claim) -> bool {
    let stops_a_form = matches!(
        claim.rule,
        Rule::ScriptError | Rule::DeadClick | Rule::RageClick | Rule::ErrorClick | Rule::Segment
    );
    let is_of_page = stops_a_form && claim.rule != Rule::Segment
        || matches!(claim.rule, Rule::Resource | Rule::Field | Rule::SlowPage);
    let explains = match symptom.rule {
        Rule::Field => stops_a_form,
        _ => is_of_page,
    };
    claim.page == symptom.page && (explains || is_same(claim, symptom))
}

/// Whether the bars of one are those of the other.
fn is_drawn(known: &Evidence, evidence: &Evidence) -> bool {
    let same =
        |(one, other): (&Bar, &Bar)| one.label == other.label && one.interval == other.interval;
    !evidence.bars.is_empty()
        && known.bars.len() == evidence.bars.len()
        && known.bars.iter().zip(&evidence.bars).all(same)
}

/// Takes in a claim: its evidence, its elements, and the larger cost.
fn join(kept: &mut Claim, claim: Claim) {
    if cost(&claim) > cost(kept) {
        kept.cost = claim.cost;
        // Whoever is lost is of whom the finding is.
        if claim.is_symptom && claim.rule != Rule::Field {
            kept.affected = claim.affected;
            if claim.rule == Rule::Step {
                kept.title = format!("{}: {}", claim.title, kept.title);
            }
        }
    }
    for element in claim.elements {
        if !kept.elements.contains(&element) {
            kept.elements.push(element);
        }
    }
    for mut evidence in claim.evidence {
        if kept.evidence.contains(&evidence) {
            continue;
        }
        // Two fields of one form are shown in one chart.
        let drawn = kept
            .evidence
            .iter_mut()
            .find(|known| is_drawn(known, &evidence));
        if let Some(known) = drawn {
            for (bar, other) in known.bars.iter_mut().zip(evidence.bars.drain(..)) {
                bar.is_it |= other.is_it;
            }
        }
        kept.evidence.push(evidence);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::finding::{Cost, Severity};
    use crate::statistics::Interval;

    fn over(weeks: f64, conversions: u64) -> Over {
        Over {
            weeks,
            conversions,
            worth: None,
        }
    }

    fn claim(rule: Rule, page: &str, element: &str, p_value: f64, lost: f64) -> Claim {
        Claim {
            rule,
            title: format!("{rule:?} of {page}"),
            page: page.to_owned(),
            elements: vec![element.to_owned()],
            affected: (50, 100),
            p_value: Some(p_value),
            is_symptom: matches!(rule, Rule::Segment | Rule::Step | Rule::Lost),
            cost: (lost > 0.0).then(|| Cost {
                conversions: lost,
                interval: Interval {
                    low: lost / 2.0,
                    high: lost * 2.0,
                },
            }),
            evidence: vec![Evidence {
                text: format!("{rule:?} {element}"),
                command: "snag".to_owned(),
                bars: Vec::new(),
            }],
            advice: String::new(),
        }
    }

    #[test]
    fn all_claims_share_one_control() {
        // Alone it would hold; among twenty that were tested it does not.
        let one = || claim(Rule::DeadClick, "/a", "#a", 0.04, 0.0);
        assert_eq!(weigh(vec![one()], &over(1.0, 100)).len(), 1);
        let mut many = vec![one()];
        many.extend((0..20).map(|at| claim(Rule::DeadLink, "/b", &at.to_string(), 0.9, 0.0)));
        assert_eq!(weigh(many, &over(1.0, 100)), []);
    }

    #[test]
    fn a_cause_takes_in_the_symptoms_of_its_page() {
        let found = weigh(
            vec![
                claim(Rule::Step, "/pay", "", 1e-9, 40.0),
                claim(Rule::Segment, "/pay", "browser=Safari", 1e-9, 30.0),
                claim(Rule::ScriptError, "/pay", "TypeError", 1e-9, 10.0),
                claim(Rule::DeadClick, "/other", "#x", 1e-9, 5.0),
                claim(Rule::RageClick, "/other", "#x", 1e-9, 6.0),
            ],
            &over(2.0, 100),
        );
        let rules: Vec<Rule> = found.iter().map(|finding| finding.rule).collect();
        assert_eq!(rules, [Rule::ScriptError, Rule::DeadClick], "{found:#?}");
        assert_eq!(found[0].evidence.len(), 3);
        // 40 in two weeks.
        assert!((found[0].cost.unwrap().conversions - 20.0).abs() < 1e-9);
        assert!(
            found[0].title.starts_with("Step of /pay: "),
            "{}",
            found[0].title
        );
        assert_eq!(found[0].severity, Severity::Severe);
    }

    #[test]
    fn a_form_that_cannot_be_sent_stops_people_at_its_last_field() {
        let last = Claim {
            is_symptom: true,
            ..claim(Rule::Field, "/pay", "#code", 1e-9, 20.0)
        };
        let other = claim(Rule::Field, "/pay", "#street", 1e-9, 10.0);
        let button = claim(Rule::DeadClick, "/pay", "#pay", 1e-9, 5.0);
        let found = weigh(vec![last.clone(), other.clone(), button], &over(1.0, 100));
        let rules: Vec<Rule> = found.iter().map(|finding| finding.rule).collect();
        assert_eq!(rules, [Rule::DeadClick, Rule::Field], "{found:#?}");
        assert_eq!(found[0].elements, ["#pay", "#code"]);
        assert!((found[0].cost.unwrap().conversions - 20.0).abs() < 1e-9);
        // Where nothing else is wrong the field is the cause.
        let found = weigh(vec![last, other], &over(1.0, 100));
        assert_eq!(found.len(), 1, "{found:#?}");
    }

    #[test]
    fn two_causes_of_a_page_are_two_findings_in_order_of_cost() {
        let found = weigh(
            vec![
                claim(Rule::ScriptError, "/pay", "TypeError", 1e-9, 1.0),
                claim(Rule::SlowPage, "/pay", "", 1e-9, 9.0),
                claim(Rule::DeadLink, "/", "#w", 1e-9, 0.0),
            ],
            &over(1.0, 1_000),
        );
        let rules: Vec<Rule> = found.iter().map(|finding| finding.rule).collect();
        assert_eq!(rules, [Rule::SlowPage, Rule::ScriptError, Rule::DeadLink]);
        let severities: Vec<Severity> = found.iter().map(|finding| finding.severity).collect();
        assert_eq!(
            severities,
            [Severity::Moderate, Severity::Moderate, Severity::Minor]
        );
    }
}
