//! The loader reads what a flush gave at places of the core's memory; these are the places.

use snag_beacon::detect::Core;

#[test]
fn the_loader_reads_where_the_core_writes() {
    let loader = include_str!("../js/log.js");
    let number = |name: &str| {
        let start = format!("const {name} = ");
        let line = loader.lines().find_map(|line| line.strip_prefix(&start));
        line.expect(name).trim_end_matches(';').parse().ok()
    };
    assert_eq!(
        [number("USED"), number("RECORDS")],
        Core::PLACES.map(Some),
        "the constants of log.js"
    );
}
