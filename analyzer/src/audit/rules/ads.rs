//! Ads: which does best, which nobody sees, which are shown to programs.

use std::collections::BTreeMap;

use super::FEWEST;
use crate::audit::facts::Facts;
use crate::audit::finding::{Bar, Claim, Evidence, Rule, share};
use crate::format::{for_shell, percent};
use crate::reports::ads::Ad;
use crate::reports::arms::ArmsCompared;
use crate::statistics::{Verdict, share_above, share_below};

/// An ad that most do not come so far as to see.
const SEEN: f64 = 0.5;
/// One impression in ten.
const INVALID: f64 = 0.1;

pub(super) fn claims(facts: &Facts) -> Vec<Claim> {
    let mut by_placement: BTreeMap<&str, Vec<&Ad>> = BTreeMap::new();
    for ad in &facts.ads.ads {
        // Who gave no places has each creative at its own.
        let place = match ad.placement.is_empty() {
            true => &ad.ad,
            false => &ad.placement,
        };
        by_placement.entry(place).or_default().push(ad);
    }
    let unseen = by_placement
        .iter()
        .filter_map(|(placement, ads)| unseen(facts, placement, ads));
    let invalid = facts.ads.ads.iter().filter_map(|ad| invalid(facts, ad));
    let placements = facts.placements.iter();
    let best = placements.filter_map(|(placement, compared)| best(facts, placement, compared));
    unseen.chain(invalid).chain(best).collect()
}

/// A place that most do not come so far as to see: its creatives share it, so they are one finding.
fn unseen(facts: &Facts, placement: &str, ads: &[&Ad]) -> Option<Claim> {
    let sum = |of: fn(&Ad) -> u64| ads.iter().map(|ad| of(ad)).sum::<u64>();
    let (shown, seen) = (sum(|ad| ad.impressions), sum(|ad| ad.viewable_impressions));
    if shown < FEWEST {
        return None;
    }
    let this = (shown - seen, shown);
    let names = ads.iter().map(|ad| ad.ad.clone());
    Some(Claim {
        rule: Rule::UnseenAd,
        title: match ads {
            [ad] => format!("most do not come so far as to see the ad \"{}\"", ad.ad),
            _ => format!("most do not come so far as to see the ads at {placement}"),
        },
        page: String::new(),
        elements: std::iter::once(placement.to_owned()).chain(names).collect(),
        affected: this,
        p_value: Some(share_below(seen, shown, SEEN)),
        is_symptom: false,
        cost: None,
        evidence: vec![Evidence {
            text: format!("on the page and not seen: {}", share(this)),
            command: facts.command("ads"),
            bars: ads
                .iter()
                .filter_map(|ad| {
                    let seen = (ad.viewable_impressions, ad.impressions);
                    Bar::new(format!("{}, seen", ad.ad), seen, true)
                })
                .collect(),
        }],
        advice: "put it where people look, or do not pay for its place".to_owned(),
    })
}

fn invalid(facts: &Facts, ad: &Ad) -> Option<Claim> {
    let this = (
        ad.invalid_impressions,
        ad.impressions + ad.invalid_impressions,
    );
    (this.0 > 0 && this.1 >= FEWEST).then(|| Claim {
        rule: Rule::InvalidTraffic,
        title: format!(
            "the ad \"{}\" at {} is shown to programs",
            ad.ad, ad.placement
        ),
        page: String::new(),
        elements: vec![ad.ad.clone(), ad.placement.clone()],
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
    })
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
    let of_placement = match placement.is_empty() {
        true => String::new(),
        false => format!(" --placement {}", for_shell(placement)),
    };
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
            command: facts.command("ads compare") + &of_placement,
            bars: Vec::new(),
        }],
        advice: "show it more often; if the others were not rotated at random, do that first"
            .to_owned(),
    })
}
