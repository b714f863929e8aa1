//! Made-up sites: the same each time, sound where nothing is planted, and with a truth that a count of what their pages
//! told comes to as well.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops")]

mod defects;
mod files;
mod heard;

use std::path::Path;

use heard::Heard;
use snag_simulator::{Defect, FAMILIES, Period, Run, World, WorldTruth, simulate};

fn run(sessions: u64, seed: u64) -> Run {
    Run {
        sessions,
        seed,
        period: Period {
            until: jiff::civil::date(2026, 6, 28),
            days: 28,
        },
        reckoned: 0,
    }
}

/// Writes a world's sessions and reads back what their pages told.
fn heard(world: &World, run: &Run, directory: &Path) -> (WorldTruth, Heard) {
    let truth = simulate(world, run, directory, |_| ()).unwrap();
    (truth, Heard::read(directory))
}

#[test]
fn a_site_where_nothing_is_planted_has_no_defects_and_converts_as_such_sites_do() {
    for (family, _) in FAMILIES {
        for seed in 1..=2 {
            let world = World::of_family(family, seed).unwrap();
            let place = tempfile::tempdir().unwrap();
            let (truth, heard) = heard(&world, &run(2000, seed), place.path());
            assert!(truth.defects.is_empty());
            let rate = truth.conversions as f64 / truth.sessions as f64;
            assert!((0.01..0.12).contains(&rate), "{family} {seed}: {rate}");
            let bounced = heard.bounced() as f64 / truth.sessions as f64;
            assert!(
                (0.35..0.75).contains(&bounced),
                "{family} {seed}: {bounced}"
            );
            for signal in ["dead", "rage", "error", "error_click"] {
                assert_eq!(heard.signals(signal, ""), 0, "{family} {seed}: {signal}");
            }
            assert!(heard.statuses(404).is_empty());
        }
    }
}

#[test]
fn the_truth_is_what_a_count_of_all_that_was_told_comes_to() {
    for (family, seed) in [("shop", 3), ("news", 4), ("travel", 5)] {
        let world = World::of_family(family, seed).unwrap();
        let planted = snag_simulator::plant(&world, 5, seed);
        assert_eq!(planted.len(), 5);
        let world = world.with(planted, seed).unwrap();
        let place = tempfile::tempdir().unwrap();
        let (truth, heard) = heard(&world, &run(4000, seed), place.path());
        assert_eq!(truth.sessions + truth.bots, 4000);
        assert_eq!(truth.sessions, heard.sessions());
        assert_eq!(truth.visitors, heard.visitors());
        assert_eq!(truth.pageviews, heard.pageviews());
        assert_eq!(truth.conversions, heard.conversions(&truth.goal));
        assert!(truth.visitors < truth.sessions, "nobody comes back");
        for planted in &truth.defects {
            let Defect { page, browser, .. } = &planted.defect;
            let is_mobile = planted.device == "mobile";
            assert_eq!(
                planted.met,
                heard.met(page, browser, is_mobile),
                "{:?}",
                planted.defect
            );
        }
    }
}

#[test]
fn what_a_defect_costs_is_what_the_same_sessions_do_more_without_it() {
    let sound = World::of_family("shop", 7).unwrap();
    let wanted = Defect::of(snag_simulator::DefectKind::LosingScreen, 0.5);
    let spoilt = sound.clone().with(vec![wanted], 7).unwrap();
    let place = tempfile::tempdir().unwrap();
    let run = run(6000, 7);
    let (with, _) = heard(&spoilt, &run, &place.path().join("with"));
    let (without, _) = heard(&sound, &run, &place.path().join("without"));
    let [planted] = &with.defects[..] else {
        panic!("{:?}", with.defects)
    };
    let lost = i64::try_from(without.conversions - with.conversions).unwrap();
    assert_eq!(planted.lost, lost);
    let share = lost as f64 / without.conversions as f64;
    assert!((planted.share - share).abs() < 1e-12);
    assert!((0.35..0.65).contains(&share), "half of them stop: {share}");
}

#[test]
fn two_sites_of_a_family_differ_in_names_sizes_and_rates() {
    for (family, _) in FAMILIES {
        let worlds: Vec<World> = (1..=6)
            .map(|seed| World::of_family(family, seed).unwrap())
            .collect();
        let differ = |of: &dyn Fn(&World) -> String| {
            let first = of(&worlds[0]);
            worlds.iter().any(|world| of(world) != first)
        };
        assert!(differ(&|world| world.origin.to_string()), "{family}");
        assert!(differ(&|world| world.pages.len().to_string()), "{family}");
        assert!(
            differ(&|world| world.pages[0].leave.to_string()),
            "{family}"
        );
    }
}
