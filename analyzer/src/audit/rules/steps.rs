//! A screen of a flow that loses more than the other screens of it.
//!
//! Only screens of one flow are held against each other, and not its first: a landing page, or one that asks whether to begin,
//! loses many of its visitors everywhere, and that is no fault.

use super::FEWEST;
use crate::audit::facts::{Facts, Told};
use crate::audit::finding::{Bar, Claim, Cost, Evidence, Rule, share};
use crate::audit::flow::{page, screens};
use crate::format::percent;
use crate::reports::funnel::FunnelStep;
use crate::statistics::{odds_above, rate, share_above};

/// How many times the odds of leaving the other screens' may be.
const ODDS: f64 = 2.0;
/// A screen that one in seven leaves is one of many.
const LEAST: f64 = 0.15;

pub(super) fn claims(facts: &Facts) -> Vec<Claim> {
    facts
        .funnels
        .iter()
        .flat_map(|told| of_funnel(facts, told))
        .collect()
}

fn of_funnel(facts: &Facts, told: &Told) -> Vec<Claim> {
    let steps: Vec<&str> = told
        .funnel
        .steps
        .iter()
        .map(|step| step.step.as_str())
        .collect();
    let flow = screens(&steps, &facts.forms);
    let lost = |step: &FunnelStep| Some((step.abandon.as_ref()?.visitors, step.visitors));
    let claim = |at: &usize| {
        let step = &told.funnel.steps[*at];
        let this = lost(step)?;
        let peers: Vec<(u64, u64)> = flow
            .iter()
            .filter(|other| *other != at)
            .filter_map(|other| lost(&told.funnel.steps[*other]))
            .filter(|peer| peer.1 >= FEWEST)
            .collect();
        if step.optional || this.1 < FEWEST || peers.len() < 2 {
            return None;
        }
        let others = peers
            .iter()
            .fold((0, 0), |all, one| (all.0 + one.0, all.1 + one.1));
        let usual = rate(others.0, others.1)?;
        let p = odds_above(this, others, ODDS).max(share_above(this.0, this.1, LEAST));
        Some(Claim {
            rule: Rule::Step,
            title: format!(
                "{} \"{}\" loses {} of its visitors, the other screens of this way {}",
                if step.screen {
                    format!("screen {}", step.number)
                } else {
                    format!("step {}", step.number)
                },
                step.name,
                percent(rate(this.0, this.1)?),
                percent(usual)
            ),
            page: page(&step.step).to_owned(),
            elements: Vec::new(),
            affected: this,
            p_value: Some(p),
            is_symptom: true,
            cost: cost(told, *at, usual),
            evidence: vec![Evidence {
                text: format!(
                    "{} go no further; of the other screens {}",
                    share(this),
                    share(others)
                ),
                command: format!("{} --why", told.command),
                            bars: flow
                .iter()
                .filter_map(|other| {
                    let step = &told.funnel.steps[*other];
                    Bar::new(&step.name, lost(step)?, other == at)
                })
                .collect(),
            }],
            advice: "see where its leavers go and what they met; ask for less on this screen, and test it with five people"
                .to_owned(),
        })
    };
    // At the first screen people decide whether to enter at all.
    flow.iter().skip(1).filter_map(claim).collect()
}

/// Conversions of those who left beyond what is usual, if they had gone on as the others did.
#[expect(
    clippy::cast_precision_loss,
    reason = "counts of people stay far below 2^53"
)]
fn cost(told: &Told, at: usize, usual: f64) -> Option<Cost> {
    let step = &told.funnel.steps[at];
    let abandon = step.abandon.as_ref()?;
    let after = told.conversion_after(at)?;
    let worth = step.visitors as f64 * after;
    Some(Cost {
        conversions: (abandon.rate - usual) * worth,
        interval: crate::statistics::Interval {
            low: (abandon.interval.low - usual) * worth,
            high: (abandon.interval.high - usual) * worth,
        },
    })
}
