//! Messages to send, with names that visitors may have made up.

use std::collections::BTreeMap;

use snag_messages::{Change, Cost, Rate, Silence, Snag, Told, Weekly};

/// What would be bold, a tag, a mention, a header and a turned text where it is not escaped.
pub(crate) const NASTY: &str =
    "<img src=x onerror=alert(1)> & <!channel> *bold*\r\nBcc: x@y.example\u{202e}";

pub(crate) fn snag(title: &str, severity: &str, change: Change) -> Snag {
    Snag {
        id: "1a2b3c4d".to_owned(),
        rule: "dead_click".to_owned(),
        severity: severity.to_owned(),
        title: title.to_owned(),
        page: "/cart".to_owned(),
        change,
        accepted: false,
        affected: 310,
        of: 4_000,
        share: "310 of 4,000 (7.8 %)".to_owned(),
        cost: Some(Cost {
            conversions: 12.4,
            interval: [8.1, 17.0],
            words: "12 (8.1 to 17), 248 EUR".to_owned(),
        }),
        money: BTreeMap::from([("EUR".to_owned(), 248.0)]),
        evidence: "those who clicked it in vain went on in 12 %, others in 31 %".to_owned(),
        command: "snag trouble --site shop --from 2026-03-02 --to 2026-03-08".to_owned(),
        advice: "see what its script does on phones".to_owned(),
    }
}

pub(crate) fn weekly(findings: Vec<Snag>, gone: Vec<Snag>) -> Told {
    Told::Weekly(Weekly {
        site: "shop".to_owned(),
        from: "2026-03-02T00:00:00Z".to_owned(),
        to: "2026-03-08T23:59:59.999Z".to_owned(),
        days: 7,
        headline: match findings.first() {
            Some(first) => format!("{} of shop; first: {}", findings.len(), first.title),
            None => "nothing wrong was found on shop, by 4,000 visitors".to_owned(),
        },
        visitors: 4_000,
        goal: Some("event:purchase".to_owned()),
        conversions: 410,
        tested: 61,
        findings,
        gone,
        notes: vec!["61 claims were tested together".to_owned()],
        command: "snag audit --site shop --since 2026-03-02 --to 2026-03-08".to_owned(),
    })
}

pub(crate) fn rate() -> Told {
    Told::RateChanged(Rate {
        site: "shop".to_owned(),
        name: "checkout".to_owned(),
        is_goal: false,
        from: "2026-03-08".to_owned(),
        to: "2026-03-08".to_owned(),
        rate: 0.042,
        usual: 0.101,
        interval: [0.071, 0.131],
        words: "4.2 %, where 10 % are usual and 7.1 to 13.1 % come by chance".to_owned(),
        command: "snag funnel checkout --site shop --trend day".to_owned(),
    })
}

pub(crate) fn silence() -> Told {
    Told::BeaconsStopped(Silence {
        site: "shop".to_owned(),
        since: "2026-03-08T09:12:31Z".to_owned(),
        until: "2026-03-08T10:40:00Z".to_owned(),
        minutes: 87,
        lasted: "1h 27m".to_owned(),
        expected: 41.3,
        command: "snag tracking --site shop".to_owned(),
    })
}
