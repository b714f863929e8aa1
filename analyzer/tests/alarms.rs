//! How often a year of daily looks at a rate that does not change alarms, and how soon one at a rate that does.

use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use snag_analyzer::watch::{YEARLY, alpha, episodes};

const YEAR: usize = 365;

/// What a site's days are like.
#[derive(Debug, Clone, Copy)]
struct Site {
    people: u32,
    rate: f64,
    /// By how much of the rate days differ, up and down, beside chance.
    uneven: f64,
    /// What is left of the rate, and of the people, at a weekend.
    weekend: f64,
}

fn days(site: Site, count: usize, luck: &mut StdRng) -> Vec<(u64, u64)> {
    let mut day = |at: usize| {
        let off = if at % 7 > 4 { site.weekend } else { 1.0 };
        let swing = 1.0 + site.uneven * luck.random_range(-1.0..1.0);
        let people = (f64::from(site.people) * off * luck.random_range(0.7..1.3)) as u64;
        let rate = (site.rate * off * swing).min(1.0);
        let part = (0..people).filter(|_| luck.random_bool(rate)).count() as u64;
        (part, people)
    };
    (0..count).map(&mut day).collect()
}

#[test]
fn a_year_of_looks_at_what_does_not_change_seldom_alarms() {
    let even = Site {
        people: 150,
        rate: 0.08,
        uneven: 0.0,
        weekend: 1.0,
    };
    let sites = [
        even,
        Site {
            people: 60,
            rate: 0.02,
            ..even
        },
        Site {
            people: 40,
            rate: 0.5,
            ..even
        },
        Site {
            uneven: 0.4,
            ..even
        },
        Site {
            weekend: 0.5,
            ..even
        },
        Site {
            uneven: 0.3,
            weekend: 0.7,
            ..even
        },
    ];
    const YEARS: usize = 24;
    for site in sites {
        let mut luck = StdRng::seed_from_u64(5);
        let alarmed = (0..YEARS)
            .filter(|_| !episodes(&days(site, YEAR + 28, &mut luck), alpha(1)).is_empty())
            .count();
        // Of 24 years with 5 % each more than 5 come by chance in less than one of a hundred such tests.
        let most = 5;
        assert!(
            alarmed <= most,
            "{site:?}: {alarmed} of {YEARS} years, where {YEARLY} is promised"
        );
    }
}

#[test]
fn a_rate_that_halves_mostly_shows_within_a_week() {
    let before = Site {
        people: 300,
        rate: 0.1,
        uneven: 0.2,
        weekend: 1.0,
    };
    let after = Site {
        rate: 0.05,
        ..before
    };
    let mut luck = StdRng::seed_from_u64(9);
    let mut within = 0;
    for _ in 0..40 {
        let mut both = days(before, 28, &mut luck);
        both.extend(days(after, 7, &mut luck));
        let found = episodes(&both, alpha(1));
        within += usize::from(
            found
                .iter()
                .any(|found| found.shift.rate < found.shift.usual),
        );
    }
    assert!(within >= 28, "{within} of 40");
}
