//! How a form is filled in: field by field, with slips, refusals and failures, until it is through or given up.
//!
//! Invariant: what was filled in says nothing of what was put in; who gives up did so at the last field touched.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::walk::{Act, Submitted, lasting, milliseconds};
use super::{Device, Form};

/// How a form was filled in.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Filled {
    /// Fields that were touched, in their order.
    pub(super) fields: Vec<Usage>,
    /// Number of the last one touched.
    pub(super) last: usize,
    /// Clicks on its button, in order, the last of them the one that went through.
    pub(super) acts: Vec<Act>,
    /// Whether it was submitted in the end.
    pub(super) is_through: bool,
}

/// How a field was filled in. Times are milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Usage {
    pub(super) hesitation: u64,
    pub(super) dwell: u64,
    pub(super) corrections: u32,
    pub(super) focuses: u32,
    /// Whether it was told to be wrong.
    pub(super) is_refused: bool,
}

impl Filled {
    /// Milliseconds it took.
    pub(super) fn length(&self) -> u64 {
        let fields = self
            .fields
            .iter()
            .map(|field| field.hesitation + field.dwell);
        fields.sum::<u64>() + 1500 * self.acts.len() as u64
    }
}

/// Fills in a form. Who quits touches some of it or nothing.
pub(super) fn fill(
    rng: &mut ChaCha8Rng,
    form: &Form,
    device: &Device,
    patience: f64,
    quits: bool,
) -> Filled {
    let [touches, how_far]: [f64; 2] = rng.random();
    let mut filled = Filled {
        fields: Vec::with_capacity(form.fields.len()),
        last: 0,
        acts: Vec::new(),
        is_through: false,
    };
    let wanted = match (quits, touches < 0.5) {
        (false, _) => form.fields.len(),
        (true, true) => (how_far * form.fields.len() as f64) as usize + 1,
        (true, false) => 0,
    };
    let mut wrong = Vec::new();
    for (number, field) in form.fields[..wanted].iter().enumerate() {
        let [stops, slips, refuses]: [f64; 3] = rng.random();
        let time = lasting(rng, field.seconds, 0.4) * 1000.0 * device.toil;
        let hesitation = lasting(rng, 700.0, 0.5);
        let does_stop = !quits && stops < field.stops * device.toil / patience;
        let is_refused = refuses < field.rejects;
        filled.fields.push(Usage {
            hesitation: milliseconds(hesitation * if does_stop { 4.0 } else { 1.0 }),
            dwell: milliseconds(time * if does_stop { 2.0 } else { 1.0 }),
            corrections: u32::from(slips < 0.2) + 2 * u32::from(does_stop),
            focuses: 1 + u32::from(does_stop),
            is_refused: false,
        });
        filled.last = number;
        if does_stop {
            return filled;
        }
        if is_refused {
            wrong.push((number, true));
        } else if slips < field.slips {
            wrong.push((number, false));
        }
    }
    if quits {
        return filled;
    }
    for (number, is_unjust) in wrong {
        if !correct(rng, &mut filled, number, is_unjust) {
            return filled;
        }
    }
    for (number, failure) in form.failures.iter().enumerate() {
        let [fails, again]: [f64; 2] = rng.random();
        let is_meant = (failure.browser.is_empty() || failure.browser == device.browser)
            && (!failure.mobile || device.mobile);
        if is_meant && fails < failure.share {
            let tries = if again < 0.6 { 2 } else { 1 };
            let failed = Act::Submit(Submitted::Failed(number));
            filled.acts.extend(std::iter::repeat_n(failed, tries));
            return filled;
        }
    }
    filled.acts.push(Act::Submit(Submitted::Through));
    filled.is_through = true;
    filled
}

/// Puts right a field that was told to be wrong; whether that was taken. What was right from the start is refused
/// again and again, until it is written in a way that is taken or given up.
fn correct(rng: &mut ChaCha8Rng, filled: &mut Filled, number: usize, is_unjust: bool) -> bool {
    let chances: [f64; 3] = rng.random();
    for chance in chances {
        filled.acts.push(Act::Submit(Submitted::Refused(number)));
        let usage = &mut filled.fields[number];
        usage.is_refused = true;
        usage.corrections += 2;
        usage.focuses += 1;
        usage.dwell += 1500;
        if !is_unjust || chance < 0.25 {
            return true;
        }
    }
    filled.last = number;
    false
}
