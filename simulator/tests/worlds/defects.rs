//! Each kind of defect, planted alone: what the pages tell of it, beside the same site without it.

use std::collections::BTreeSet;

use snag_beacon::Kind;
use snag_simulator::{Defect, DefectKind, FAMILIES, World};

use crate::heard::{Heard, browser};
use crate::{heard, run};

/// What a kind of defect is told by, with it and without it.
type Shown = fn(&Defect, &Heard, &Heard);

const SHOWN: [(DefectKind, &str, f64, Shown); 14] = [
    (
        DefectKind::LosingScreen,
        "shop",
        0.5,
        |defect, with, without| {
            let [spoilt, sound] =
                [with, without].map(|heard| heard.stops_at(&defect.page, &defect.field));
            assert!(spoilt > sound + 0.3, "{spoilt} {sound}");
        },
    ),
    (
        DefectKind::RejectingField,
        "saas",
        0.6,
        |defect, with, without| {
            let [spoilt, sound] =
                [with, without].map(|heard| heard.stops_at(&defect.page, &defect.field));
            assert!(spoilt > sound + 0.1, "{spoilt} {sound}");
            assert!(with.signals("form_fail", "") > 4 * without.signals("form_fail", ""));
        },
    ),
    (
        DefectKind::DeadLink,
        "agency",
        1.0,
        |defect, with, without| {
            let (seen, clicked) = with.seen_and_clicked(&defect.page, &defect.element);
            assert!(seen > 0.5 && clicked == 0.0, "{seen} {clicked}");
            assert!(without.seen_and_clicked(&defect.page, &defect.element).1 > 0.005);
        },
    ),
    (
        DefectKind::UnseenLink,
        "shop",
        1.0,
        |defect, with, without| {
            let [spoilt, sound] = [with, without]
                .map(|heard| heard.seen_and_clicked(&defect.page, &defect.element).0);
            assert!(spoilt < 0.05 && sound > 0.5, "{spoilt} {sound}");
        },
    ),
    (
        DefectKind::BrokenLink,
        "charity",
        1.0,
        |defect, with, without| {
            let missing = with.statuses(404);
            assert_eq!(missing.len(), 1, "{missing:?}");
            assert!(without.statuses(404).is_empty());
            let (_, clicked) = with.seen_and_clicked(&defect.page, &defect.element);
            assert!(clicked > 0.0);
        },
    ),
    (
        DefectKind::DeadControl,
        "travel",
        1.0,
        |defect, with, without| {
            assert!(with.signals("dead", &defect.element) > 20);
            assert_eq!(
                with.signals("dead", ""),
                with.signals("dead", &defect.element)
            );
            assert_eq!(without.signals("dead", ""), 0);
        },
    ),
    (
        DefectKind::RageControl,
        "news",
        1.0,
        |defect, with, without| {
            assert!(with.signals("rage", &defect.element) > 10);
            assert_eq!(without.signals("rage", ""), 0);
        },
    ),
    (
        DefectKind::SlowPage,
        "docs",
        1.0,
        |defect, with, without| {
            let [spoilt, sound] = [with, without].map(|heard| heard.paint(&defect.page));
            assert!(spoilt > sound + 6000, "{spoilt} {sound}");
        },
    ),
    (
        DefectKind::ScriptError,
        "shop",
        1.0,
        |defect, with, without| {
            let failed = |heard: &Heard| -> BTreeSet<&'static str> {
                let errors = heard.all().filter(
                |told| matches!(&told.kind, Kind::Signal(signal) if signal.what == "error_click"),
            );
                errors.map(|told| browser(&told.agent)).collect()
            };
            assert_eq!(failed(with), BTreeSet::from([&*defect.browser]));
            assert!(with.signals("error", "") > 0 && failed(without).is_empty());
        },
    ),
    (
        DefectKind::MobileFailingStep,
        "saas",
        1.0,
        |defect, with, without| {
            let button = |told: &&crate::heard::Told| {
                matches!(&told.kind, Kind::Signal(signal)
                if signal.what == "dead" && signal.element.selector == format!("#{}", defect.element))
            };
            assert!(with.all().filter(button).count() > 10);
            assert!(with.all().filter(button).all(|told| told.is_mobile));
            assert_eq!(without.all().filter(button).count(), 0);
        },
    ),
    (
        DefectKind::LostAround,
        "agency",
        1.0,
        |defect, with, without| {
            // Who wants something and comes by takes more pages to it.
            let back = |heard: &Heard| {
                let back = heard.views().filter(|told| {
                    told.path == defect.page
                        && matches!(&told.kind, Kind::Pageview(view) if view.back)
                });
                back.count()
            };
            assert!(
                back(with) > back(without),
                "{} {}",
                back(with),
                back(without)
            );
        },
    ),
    (
        DefectKind::FailingSearch,
        "docs",
        1.0,
        |defect, with, without| {
            let found = |heard: &Heard| {
                let on_results = heard.all().filter(|told| told.path == defect.page);
                let found = on_results.filter(|told| {
                matches!(&told.kind, Kind::Exposure(shown) if shown.element.selector.starts_with("#found-"))
                    && !told.query.is_empty()
            });
                found.count()
            };
            assert!(found(with) == 0 && found(without) > 100);
        },
    ),
    (
        DefectKind::WinningAd,
        "shop",
        1.0,
        |defect, with, without| {
            let id = format!("ad-{}", defect.element);
            let [spoilt, sound] =
                [with, without].map(|heard| heard.seen_and_clicked(&defect.page, &id).1);
            assert!(spoilt > 2.0 * sound, "{spoilt} {sound}");
        },
    ),
    (
        DefectKind::AdBelowFold,
        "charity",
        1.0,
        |defect, with, without| {
            let shown = |heard: &Heard| {
                let of_place = heard.all().filter_map(|told| match &told.kind {
                    Kind::Exposure(shown) if shown.element.placement == defect.element => {
                        Some(f64::from(u8::from(shown.viewable)))
                    }
                    _ => None,
                });
                let all: Vec<f64> = of_place.collect();
                all.iter().sum::<f64>() / all.len() as f64
            };
            let [spoilt, sound] = [with, without].map(shown);
            assert!(spoilt < 0.3 && sound > 0.7, "{spoilt} {sound}");
        },
    ),
];

#[test]
fn every_kind_of_defect_shows_in_what_pages_tell_and_nowhere_else() {
    let kinds: BTreeSet<DefectKind> = SHOWN.iter().map(|(kind, ..)| *kind).collect();
    assert_eq!(kinds.len(), DefectKind::ALL.len());
    for (kind, family, strength, shows) in SHOWN {
        let sound = World::of_family(family, 11).unwrap();
        let wanted = Defect::of(kind, strength);
        let spoilt = sound.clone().with(vec![wanted], 11).unwrap();
        let defect = spoilt.defects[0].clone();
        assert_eq!((defect.kind, defect.strength), (kind, strength));
        let place = tempfile::tempdir().unwrap();
        let (_, with) = heard(&spoilt, &run(3000, 11), &place.path().join("with"));
        let (_, without) = heard(&sound, &run(3000, 11), &place.path().join("without"));
        shows(&defect, &with, &without);
    }
}

#[test]
fn every_kind_has_a_place_and_drawn_ones_are_of_different_kinds_and_places() {
    let mut kinds = BTreeSet::new();
    for (family, _) in FAMILIES {
        for seed in 1..=6 {
            let world = World::of_family(family, seed).unwrap();
            let planted = snag_simulator::plant(&world, 6, seed);
            assert_eq!(planted.len(), 6, "{family} {seed}");
            let own: BTreeSet<DefectKind> = planted.iter().map(|defect| defect.kind).collect();
            assert_eq!(own.len(), 6);
            for defect in &planted {
                assert!(defect.strength > 0.0 && defect.strength <= 1.0);
                assert!(world.pages.iter().any(|page| page.path == defect.page));
            }
            assert_eq!(planted, snag_simulator::plant(&world, 6, seed));
            kinds.extend(own);
        }
    }
    assert_eq!(kinds.len(), DefectKind::ALL.len());
}

#[test]
fn kinds_are_written_as_they_are_named() {
    for kind in DefectKind::ALL {
        let text = serde_json::to_value(kind).unwrap();
        assert_eq!(text, kind.name());
        assert_eq!(DefectKind::named(kind.name()), Some(kind));
    }
    assert_eq!(DefectKind::named("a_snag"), None);
}
