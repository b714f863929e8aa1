//! Counts over sites: precision, recall, rank, costs.

use std::collections::BTreeMap;

use super::matched::{Found, Planted};

/// Weeks that made-up traffic spans.
const WEEKS: f64 = 4.0;
/// A defect that costs this share of conversions has to be found.
const COSTLY: f64 = 0.02;

/// A site with what was planted and what was found.
#[derive(Debug)]
pub(super) struct Site {
    pub(super) name: String,
    pub(super) planted: Vec<Planted>,
    pub(super) found: Vec<Found>,
    pub(super) seconds: f64,
}

#[derive(Debug, Default, Clone, Copy)]
struct Share {
    part: u32,
    whole: u32,
}

impl Share {
    fn count(&mut self, is_so: bool) {
        self.part += u32::from(is_so);
        self.whole += 1;
    }

    fn text(self) -> String {
        match self.whole {
            0 => "-".to_owned(),
            whole => format!(
                "{} of {whole} ({:.0} %)",
                self.part,
                f64::from(self.part) / f64::from(whole) * 100.0
            ),
        }
    }
}

/// What came out over all sites of one traffic.
#[derive(Debug, Default)]
pub(super) struct Tally {
    sites: u32,
    precise: Share,
    recalled: Share,
    costly: Share,
    sound_with_findings: Share,
    costliest_first: Share,
    costs_within: Share,
    /// By kind: all, and those that are costly.
    kinds: BTreeMap<String, (Share, Share)>,
    /// By rule, those that nothing was planted for.
    false_by_rule: BTreeMap<String, u32>,
    seconds: f64,
}

impl Tally {
    pub(super) fn add(&mut self, site: Site) {
        self.sites += 1;
        self.seconds += site.seconds;
        let mut wrong = Vec::new();
        for found in &site.found {
            let is_true = site.planted.iter().any(|planted| planted.is_told_by(found));
            self.precise.count(is_true);
            if !is_true {
                *self.false_by_rule.entry(found.rule.clone()).or_default() += 1;
                wrong.push(format!("false: {} ({})", found.title, found.rule));
            }
        }
        for planted in &site.planted {
            let told = site.found.iter().find(|found| planted.is_told_by(found));
            let is_costly = planted.share >= COSTLY;
            let of_kind = self.kinds.entry(planted.kind.clone()).or_default();
            self.recalled.count(told.is_some());
            of_kind.0.count(told.is_some());
            if is_costly {
                self.costly.count(told.is_some());
                of_kind.1.count(told.is_some());
                if told.is_none() {
                    wrong.push(format!("missed: {planted:?}"));
                }
            }
            if let Some([low, _, high]) = told.and_then(|found| found.cost) {
                self.costs_within
                    .count((low..=high).contains(&(planted.lost / WEEKS)));
            }
        }
        match site
            .planted
            .iter()
            .filter(|planted| planted.share >= COSTLY)
            .max_by(|one, other| one.share.total_cmp(&other.share))
        {
            _ if site.planted.is_empty() => self.sound_with_findings.count(!site.found.is_empty()),
            None => {}
            Some(costliest) => self.costliest_first.count(
                site.found
                    .first()
                    .is_some_and(|first| costliest.is_told_by(first)),
            ),
        }
        println!(
            "{}: {} planted, {} findings, {:.1} s",
            site.name,
            site.planted.len(),
            site.found.len(),
            site.seconds
        );
        for line in wrong {
            println!("    {line}");
        }
    }

    pub(super) fn print(&self, sessions: u64, is_held: bool) {
        let seeds = if is_held { "held back" } else { "looked at" };
        println!(
            "\n| {sessions} sessions, {} sites, seeds {seeds} | |",
            self.sites
        );
        println!("|---|---:|");
        for (name, share) in [
            ("findings that are true", self.precise),
            ("defects found", self.recalled),
            (
                "defects found that cost 2 % of conversions and more",
                self.costly,
            ),
            ("sound sites with any finding", self.sound_with_findings),
            ("costliest defect first", self.costliest_first),
            ("true costs within their interval", self.costs_within),
        ] {
            println!("| {name} | {} |", share.text());
        }
        println!(
            "| an audit, s | {:.1} |",
            self.seconds / f64::from(self.sites.max(1))
        );
        println!("\n| kind | found | of the costly |\n|---|---:|---:|");
        for (kind, (all, costly)) in &self.kinds {
            println!("| {kind} | {} | {} |", all.text(), costly.text());
        }
        let claimed: Vec<String> = self
            .false_by_rule
            .iter()
            .map(|(rule, count)| format!("{rule} {count}"))
            .collect();
        println!("\nfalse by rule: {}\n", claimed.join(", "));
    }
}
