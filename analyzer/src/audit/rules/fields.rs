//! A field at which people stop, or that refuses what they put in.

use super::FEWEST;
use crate::audit::facts::Facts;
use crate::audit::finding::{Bar, Claim, Cost, Evidence, Rule, share};
use crate::reports::forms::{Form, FormField};
use crate::reports::trouble::Sort;
use crate::statistics::{Interval, odds_above, share_above};

/// How many times the odds of stopping the other fields' may be.
const ODDS: f64 = 2.0;
/// A field at which one in ten stops is one of many.
const LEAST: f64 = 0.1;
/// A field that is alone in its form is where everyone stops who does not send it.
const ALONE: f64 = 0.5;

pub(super) fn claims(facts: &Facts) -> Vec<Claim> {
    let forms = facts
        .forms
        .forms
        .iter()
        .filter(|form| form.visitors >= FEWEST);
    forms
        .flat_map(|form| {
            let fields = form.fields.iter().filter(|field| field.touched >= FEWEST);
            fields.flat_map(move |field| {
                [Some(stops(facts, form, field)), refuses(facts, form, field)]
                    .into_iter()
                    .flatten()
            })
        })
        .collect()
}

fn stops(facts: &Facts, form: &Form, field: &FormField) -> Claim {
    let this = (field.stopped, field.touched);
    let others = others(form, field, |field| (field.stopped, field.touched));
    let p = worse(this, others);
    Claim {
        rule: Rule::Field,
        title: format!(
            "people stop at the field \"{}\" of {}",
            field.field, form.page
        ),
        page: form.page.clone(),
        elements: vec![field.selector.clone()],
        affected: this,
        p_value: Some(p),
        // Whoever cannot send a form has touched its last field last.
        is_symptom: form
            .fields
            .last()
            .is_some_and(|last| last.selector == field.selector),
        cost: cost(facts, form, field, others),
        evidence: vec![Evidence {
            text: format!(
                "{} who touched \"{}\" stopped there, at the other fields {}",
                share(this),
                field.field,
                share(others)
            ),
            command: facts.command("forms"),
            bars: side_by_side(form, field, |field| (field.stopped, field.touched)),
        }],
        advice: format!(
            "leave \"{}\" out, or say why it is needed and accept every way to write it",
            field.field
        ),
    }
}

/// The other fields of a form, taken together.
fn others(form: &Form, field: &FormField, of: fn(&FormField) -> (u64, u64)) -> (u64, u64) {
    let others = form
        .fields
        .iter()
        .filter(|other| other.selector != field.selector);
    others
        .map(of)
        .fold((0, 0), |all, one| (all.0 + one.0, all.1 + one.1))
}

/// Whether a field does worse than the others and than many; of a field without others, than most.
fn worse(this: (u64, u64), others: (u64, u64)) -> f64 {
    match others.1 < FEWEST {
        true => share_above(this.0, this.1, ALONE),
        false => odds_above(this, others, ODDS).max(share_above(this.0, this.1, LEAST)),
    }
}

/// The fields of a form in their order.
fn side_by_side(form: &Form, field: &FormField, of: fn(&FormField) -> (u64, u64)) -> Vec<Bar> {
    let fields = form.fields.iter();
    fields
        .filter_map(|other| Bar::new(&other.field, of(other), other.selector == field.selector))
        .collect()
}

/// Those who stopped beyond what is usual at other fields, as those who sent the form convert.
#[expect(
    clippy::cast_precision_loss,
    reason = "counts of people stay far below 2^53"
)]
fn cost(facts: &Facts, form: &Form, field: &FormField, others: (u64, u64)) -> Option<Cost> {
    let after = facts.conversion_after(&form.page)?;
    let usual = crate::statistics::rate(others.0, others.1)?;
    let interval = field.stopped_interval?;
    let worth = field.touched as f64 * after;
    Some(Cost {
        conversions: (field.stopped_rate? - usual) * worth,
        interval: Interval {
            low: (interval.low - usual) * worth,
            high: (interval.high - usual) * worth,
        },
    })
}

fn refuses(facts: &Facts, form: &Form, field: &FormField) -> Option<Claim> {
    if field.refused == 0 {
        return None;
    }
    let this = (field.refused, field.touched);
    let others = others(form, field, |field| (field.refused, field.touched));
    let refused = (field.refused_and_stopped, field.refused);
    let spared = (
        (form.visitors - form.sent).saturating_sub(refused.0),
        form.visitors.saturating_sub(refused.1),
    );
    let p = worse(this, others);
    let cost = facts
        .troubles
        .troubles
        .iter()
        .find(|trouble| trouble.sort == Sort::FormFail && trouble.page == form.page)
        .and_then(|trouble| trouble.matched)
        .map(|matched| Cost {
            conversions: matched.lost,
            interval: matched.interval,
        });
    Some(Claim {
        rule: Rule::Field,
        title: format!(
            "the field \"{}\" of {} refuses what people put in",
            field.field, form.page
        ),
        page: form.page.clone(),
        elements: vec![field.selector.clone()],
        affected: this,
        p_value: Some(p),
        is_symptom: false,
        cost,
        evidence: vec![Evidence {
            text: format!(
                "{} who touched \"{}\" were refused ({}); of these {} never sent the form, of the others {}",
                share(this),
                field.field,
                field.refusal,
                share(refused),
                share(spared)
            ),
            command: facts.command("forms"),
            bars: side_by_side(form, field, |field| (field.refused, field.touched)),
        }],
        advice: format!(
            "accept every way people write \"{}\", and mend it behind the form rather than refuse it",
            field.field
        ),
    })
}
