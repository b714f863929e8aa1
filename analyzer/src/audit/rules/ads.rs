//! Ads: which does best, which nobody sees, which are shown to programs.

use super::FEWEST;
use crate::audit::facts::Facts;
use crate::audit::finding::{Claim, Evidence, Rule, share};
use crate::format::percent;
use crate::reports::ads::Ad;
use crate::reports::arms::ArmsCompared;
use crate::statistics::{Verdict, share_above, share_below};

/// An ad that most do not come so far as to see.
const SEEN: f64 = 0.5;
/// One impression in ten.
const INVALID: f64 = 0.1;

pub(super) fn claims(facts: &Facts) -> Vec<Claim> {
    let ads = facts.ads.ads.iter();
    let of_ads = ads.flat_map(|ad| {
        let unseen = (ad.impressions >= FEWEST).then(|| unseen(facts, ad));
        let shown = ad.impressions + ad.invalid_impressions;
        let invalid =
            (shown >= FEWEST && ad.invalid_impressions > 0).then(|| invalid(facts, ad, shown));
        unseen.into_iter().chain(invalid)
    });
    let placements = facts.placements.iter();
    let best = placements.filter_map(|(placement, compared)| best(facts, placement, compared));
    of_ads.chain(best).collect()
}

fn unseen(facts: &Facts, ad: &Ad) -> Claim {
    let this = (ad.impressions - ad.viewable_impressions, ad.impressions);
    Claim {
        rule: Rule::UnseenAd,
        title: format!(
            "most do not come so far as to see the ad \"{}\" at {}",
            ad.ad, ad.placement
        ),
        page: String::new(),
        elements: vec![ad.ad.clone()],
        affected: this,
        p_value: Some(share_below(ad.viewable_impressions, ad.impressions, SEEN)),
        is_symptom: false,
        cost: None,
        evidence: vec![Evidence {
            text: format!("on the page and not seen: {}", share(this)),
            command: facts.command("ads"),
            bars: Vec::new(),
        }],
        advice: "put it where people look, or do not pay for its place".to_owned(),
    }
}

fn invalid(facts: &Facts, ad: &Ad, shown: u64) -> Claim {
    let this = (ad.invalid_impressions, shown);
    Claim {
        rule: Rule::InvalidTraffic,
        title: format!(
            "the ad \"{}\" at {} is shown to programs",
            ad.ad, ad.placement
        ),
        page: String::new(),
        elements: vec![ad.ad.clone()],
        affected: this,
        p_value: Some(share_above(this.0, this.1, INVALID)),
        is_symptom: false,
        cost: None,
        evidence: vec![Evidence {
            text: format!("impressions by programs: {}", share(this)),
            command: facts.command("ads"),
            bars: Vec::new(),
        }],
        advice: "do not pay for these, and see where they come from".to_owned(),
    }
}

/// The best of a placement, where that is proven.
fn best(facts: &Facts, placement: &str, compared: &ArmsCompared) -> Option<Claim> {
    let comparison = &compared.comparison;
    let leader = comparison.leader.as_ref()?;
    let best = comparison.arms.iter().find(|arm| arm.name == *leader)?;
    let others = comparison.arms.iter().filter(|arm| arm.name != *leader);
    let p = others
        .clone()
        .filter_map(|arm| Some(arm.behind_leader.as_ref()?.p_adjusted))
        .fold(0.0, f64::max);
    let worst = others.min_by(|one, other| {
        let rate = |rate: Option<f64>| rate.unwrap_or(1.0);
        rate(one.rate).total_cmp(&rate(other.rate))
    })?;
    let p = match comparison.verdict {
        Verdict::Proven => p,
        Verdict::Leading | Verdict::Undecided => 1.0,
    };
    Some(Claim {
        rule: Rule::BestAd,
        title: format!(
            "the ad \"{leader}\" does best at {placement}, \"{}\" worst",
            worst.name
        ),
        page: String::new(),
        elements: vec![leader.clone(), worst.name.clone()],
        affected: (best.conversions, best.exposures),
        p_value: Some(p),
        is_symptom: false,
        cost: None,
        evidence: vec![Evidence {
            text: format!(
                "of those who saw it {} clicked \"{leader}\" and {} \"{}\"",
                best.rate.map_or_else(String::new, percent),
                worst.rate.map_or_else(String::new, percent),
                worst.name
            ),
            command: facts.command("ads compare"),
            bars: Vec::new(),
        }],
        advice: "show it more often; if the others were not rotated at random, do that first"
            .to_owned(),
    })
}
