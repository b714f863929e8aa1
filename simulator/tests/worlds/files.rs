//! What is written, and what is refused.

use std::path::Path;

use snag_simulator::{DefectKind, Error, World, simulate};

use crate::run;

const FILES: [&str; 3] = ["recordings.ndjson.zst", "truth.json", "world.toml"];

fn bytes(directory: &Path) -> [Vec<u8>; 3] {
    FILES.map(|name| std::fs::read(directory.join(name)).unwrap())
}

fn planted(seed: u64) -> World {
    let world = World::of_family("agency", seed).unwrap();
    let defects = snag_simulator::plant(&world, 3, seed);
    world.with(defects, seed).unwrap()
}

#[test]
fn a_seed_gives_the_same_bytes_each_time_and_another_seed_others() {
    let place = tempfile::tempdir().unwrap();
    let [first, again, other] = ["first", "again", "other"].map(|name| place.path().join(name));
    simulate(&planted(2), &run(5000, 2), &first, |_| ()).unwrap();
    // With another number of threads at work.
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .build()
        .unwrap();
    pool.install(|| simulate(&planted(2), &run(5000, 2), &again, |_| ()).unwrap());
    assert_eq!(bytes(&first), bytes(&again));
    simulate(&planted(3), &run(5000, 3), &other, |_| ()).unwrap();
    for (one, other) in bytes(&first).iter().zip(bytes(&other)) {
        assert_ne!(*one, other);
    }
}

#[test]
fn the_world_that_was_written_gives_the_same_once_more() {
    let place = tempfile::tempdir().unwrap();
    let [first, again] = ["first", "again"].map(|name| place.path().join(name));
    simulate(&planted(2), &run(1000, 2), &first, |_| ()).unwrap();
    let world = World::read(&first.join("world.toml"), 2).unwrap();
    assert_eq!(world, planted(2));
    simulate(&world, &run(1000, 2), &again, |_| ()).unwrap();
    assert_eq!(bytes(&first), bytes(&again));
}

#[test]
fn sessions_lie_within_the_days_asked_for_and_are_told_of_when_written() {
    let place = tempfile::tempdir().unwrap();
    let mut told = Vec::new();
    let mut asked = run(2500, 1);
    asked.period.days = 3;
    simulate(&planted(1), &asked, place.path(), |done| told.push(done)).unwrap();
    assert_eq!(told.last(), Some(&2500));
    let text = std::fs::File::open(place.path().join(FILES[0])).unwrap();
    let text = String::from_utf8(zstd::decode_all(text).unwrap()).unwrap();
    let days: std::collections::BTreeSet<&str> = text.lines().map(|line| &line[9..19]).collect();
    let days: Vec<&str> = days
        .into_iter()
        .filter(|day| *day != "2026-06-29")
        .collect();
    assert_eq!(days, ["2026-06-26", "2026-06-27", "2026-06-28"]);
}

#[test]
fn a_world_that_makes_no_sense_is_refused_with_its_place_and_the_mend() {
    let place = tempfile::tempdir().unwrap();
    simulate(&planted(2), &run(10, 2), place.path(), |_| ()).unwrap();
    let sound = std::fs::read_to_string(place.path().join("world.toml")).unwrap();
    let file = place.path().join("mended.toml");
    for (from, to, words) in [
        (
            "to = \"/services\"",
            "to = \"/nowhere\"",
            "/nowhere, which is no page",
        ),
        (
            "goal = \"event:lead\"",
            "goal = \"event:sale\"",
            "no page reports sale",
        ),
        ("path = \"/process\"", "path = \"process\"", "write /cart"),
        (
            "path = \"/process\"",
            "path = \"/people\"",
            "is there twice",
        ),
        ("hours = [", "hours = [1.0, ", "24 hours"),
        (
            "target = \"/contact/thanks\"",
            "target = \"/thanks\"",
            "/thanks is no page",
        ),
        ("clarity = ", "clearness = ", "clearness"),
        (
            "site = \"agency-2\"",
            "site = \"an agency\"",
            "name of a site",
        ),
        ("family = \"agency\"", "family = agency", "TOML parse error"),
    ] {
        assert!(sound.contains(from), "{from}");
        std::fs::write(&file, sound.replacen(from, to, 1)).unwrap();
        let error = World::read(&file, 2).unwrap_err().to_string();
        assert!(error.contains(words), "{from}: {error}");
    }
    let missing = World::read(&place.path().join("none.toml"), 1).unwrap_err();
    assert!(matches!(missing, Error::Read { .. }));
    let unknown = World::of_family("bank", 1).unwrap_err().to_string();
    assert!(
        unknown.contains("shop") && unknown.contains("travel"),
        "{unknown}"
    );
}

#[test]
fn a_defect_without_a_place_is_refused() {
    let world = World::of_family("agency", 1).unwrap();
    let searching = snag_simulator::Defect::of(DefectKind::FailingSearch, 0.5);
    let error = world.clone().with(vec![searching], 1).unwrap_err();
    assert!(error.to_string().contains("no such place"), "{error}");
    let mut elsewhere = snag_simulator::Defect::of(DefectKind::SlowPage, 0.5);
    elsewhere.page = "/nowhere".to_owned();
    let error = world.with(vec![elsewhere], 1).unwrap_err();
    assert!(error.to_string().contains("slow_page"), "{error}");
}
