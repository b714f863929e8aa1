//! The truth about a world: what was planted, how many met it, and what it cost.
//!
//! Invariant: the cost of a defect is the difference of two walks of the same sessions: with all that is wrong, and with
//! this one thing put right. So it is what mending it would bring.

use std::collections::HashSet;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::site::Site;
use super::walk::{Visit, walk};
use super::{Defect, DefectKind, Period, Run, World};

/// What is true of a run. Shares are from 0 to 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorldTruth {
    /// Site identifier.
    pub site: String,
    /// What kind of site it is.
    pub family: String,
    /// The seed.
    pub seed: u64,
    /// First and last day, UTC.
    pub from: String,
    /// Last day, UTC.
    pub until: String,
    /// Sessions of people.
    pub sessions: u64,
    /// People.
    pub visitors: u64,
    /// Sessions of programs, which count nowhere else.
    pub bots: u64,
    /// Pageviews of people.
    pub pageviews: u64,
    /// What visitors are to do, as a step of `snag funnel`.
    pub goal: String,
    /// Sessions that did.
    pub conversions: u64,
    /// The way there, as steps of `snag funnel`.
    pub funnel: Vec<String>,
    /// What is wrong.
    pub defects: Vec<Planted>,
}

/// A defect and what it does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Planted {
    /// What and where.
    #[serde(flatten)]
    pub defect: Defect,
    /// `mobile` where it is on such devices alone, else empty.
    pub device: String,
    /// Sessions that were where it is.
    pub met: u64,
    /// Conversions of these very sessions that it cost; below 0 where chance made it bring some.
    pub lost: i64,
    /// Conversions it costs, as a share of those there would be without it, over many sessions.
    pub share: f64,
}

/// Counts of some sessions.
#[derive(Debug, Default)]
pub(super) struct Counts {
    pub(super) sessions: u64,
    pub(super) bots: u64,
    pub(super) pageviews: u64,
    pub(super) conversions: u64,
    pub(super) people: HashSet<u64>,
    pub(super) met: Vec<u64>,
}

impl Counts {
    pub(super) fn of(defects: usize) -> Self {
        Self {
            met: vec![0; defects],
            ..Self::default()
        }
    }

    pub(super) fn count(&mut self, world: &World, visit: &Visit) {
        if visit.bot.is_some() {
            self.bots += 1;
            return;
        }
        self.sessions += 1;
        self.pageviews += visit.views.len() as u64;
        self.conversions += u64::from(visit.converts);
        self.people.insert(visit.who.root);
        for (met, defect) in self.met.iter_mut().zip(&world.defects) {
            *met += u64::from(meets(world, defect, visit));
        }
    }

    pub(super) fn add(&mut self, other: Self) {
        self.sessions += other.sessions;
        self.bots += other.bots;
        self.pageviews += other.pageviews;
        self.conversions += other.conversions;
        self.people.extend(other.people);
        for (mine, more) in self.met.iter_mut().zip(other.met) {
            *mine += more;
        }
    }
}

/// Whether the visitor was where the defect is, with what it takes.
fn meets(world: &World, defect: &Defect, visit: &Visit) -> bool {
    let device = &world.devices[visit.who.device];
    (defect.browser.is_empty() || defect.browser == device.browser)
        && (defect.kind != DefectKind::MobileFailingStep || device.mobile)
        && visit.views.iter().any(|view| {
            view.page
                .is_some_and(|page| world.pages[page].path == defect.page)
        })
}

/// Conversions of so many sessions.
fn conversions(world: &World, run: &Run) -> u64 {
    let site = Site::new(world);
    (0..run.sessions)
        .into_par_iter()
        .map(|number| u64::from(walk(&site, run, number).converts))
        .sum()
}

/// Puts counts and costs together.
pub(super) fn reckon(world: &World, run: &Run, counts: &Counts) -> WorldTruth {
    let long = Run {
        sessions: run.sessions.max(run.reckoned),
        ..run.clone()
    };
    let spoilt = match (world.defects.is_empty(), long.sessions == run.sessions) {
        (true, _) => 0,
        (false, true) => counts.conversions,
        (false, false) => conversions(&world.spoilt(), &long),
    };
    let planted = world.defects.iter().enumerate().map(|(number, defect)| {
        let mended = world.mended(number);
        let here = conversions(&mended, run);
        let there = match long.sessions == run.sessions {
            true => here,
            false => conversions(&mended, &long),
        };
        let difference = |with: u64, without: u64| with.cast_signed() - without.cast_signed();
        Planted {
            defect: defect.clone(),
            device: match defect.kind {
                DefectKind::MobileFailingStep => "mobile".to_owned(),
                _ => String::new(),
            },
            met: counts.met[number],
            lost: difference(here, counts.conversions),
            share: difference(there, spoilt) as f64 / there.max(1) as f64,
        }
    });
    let Period { until, .. } = run.period;
    WorldTruth {
        site: world.site.clone(),
        family: world.family.clone(),
        seed: run.seed,
        from: run.period.first().to_string(),
        until: until.to_string(),
        sessions: counts.sessions,
        visitors: counts.people.len() as u64,
        bots: counts.bots,
        pageviews: counts.pageviews,
        goal: world.goal.clone(),
        conversions: counts.conversions,
        funnel: world.funnel.clone(),
        defects: planted.collect(),
    }
}
