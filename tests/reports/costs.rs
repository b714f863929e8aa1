//! A published table of what ads on Facebook cost, as exports and as visits, through `snag import costs` and
//! `snag ads campaigns`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::harness::{Serving, place, run};
use crate::{import, shared};

/// Clicks, and conversions of both kinds.
type Counts = [u64; 3];

const KINDS: [(&str, &str, &str); 2] = [
    ("event:asked", "total_conv", "CPA_total"),
    ("event:bought", "approved_conv", "CPA_approved"),
];

/// The visits that so many clicks brought, of which the first converted.
fn visits(site: &str, campaign: &str, [clicks, asked, bought]: Counts) -> (String, usize) {
    let url = format!(
        "https://shop.example/?utm_source=facebook&utm_medium=paid_social&utm_campaign={}",
        campaign.replace(' ', "+")
    );
    let (mut lines, mut events) = (String::new(), 0);
    for number in 0..clicks {
        let visitor = format!("{campaign} {number}");
        for (name, until, second) in [
            ("pageview", clicks, 0),
            ("asked", asked, 5),
            ("bought", bought, 9),
        ] {
            if number < until {
                let line = json!({ "site": site, "visitor": visitor, "time": format!("2023-08-31T10:00:{second:02}Z"),
                    "event": name, "url": url });
                let _ = writeln!(lines, "{line}");
                events += 1;
            }
        }
    }
    (lines, events)
}

fn near(found: &Value, expected: &Value, what: &str) {
    let (found, expected) = (found.as_f64(), expected.as_f64());
    let pair = found.zip(expected);
    assert!(
        pair.is_some_and(|(one, other)| (one - other).abs() <= 1e-12 * other.abs()),
        "{what}: {found:?} {expected:?}"
    );
}

/// What is told of a campaign against the published figures of it.
fn compare(told: &Value, published: &Value, (_, conversions, cpa): (&str, &str, &str)) {
    for (key, of) in [
        ("ad_impressions", "impressions"),
        ("ad_clicks", "clicks"),
        ("visits", "clicks"),
        ("conversions", conversions),
    ] {
        assert_eq!(told[key], published[of], "{key}: {told}");
    }
    // Published to six decimals.
    let spent = told["cost"]["USD"]
        .as_f64()
        .map(|spent| format!("{spent:.6}"));
    let expected = published["spent"]
        .as_f64()
        .map(|spent| format!("{spent:.6}"));
    assert_eq!(spent, expected);
    near(&told["ctr"], &published["CTR"], "CTR");
    near(&told["cpc"]["USD"], &published["CPC"], "CPC");
    near(&told["cpm"]["USD"], &published["CPM"], "CPM");
    near(&told["cpa"]["USD"], &published[cpa], cpa);
    for end in 0..2 {
        near(
            &told["ctr_interval"][end],
            &published["CTR_wilson95"][end],
            "interval",
        );
    }
    if conversions == "total_conv" {
        near(
            &told["conversion_rate"],
            &published["CVR_total_per_click"],
            "rate",
        );
    }
}

/// Facebook's table by campaign, by age and by gender, each a site of its own.
#[test]
fn facebooks_cost_table_comes_out_exactly() {
    let (Some(table), Some(expected)) = (
        shared("data/ads/KAG_conversion_data.csv"),
        shared("cases/ads_expected.json"),
    ) else {
        return;
    };
    let table = std::fs::read_to_string(table).expect("the table");
    let expected: Value =
        serde_json::from_str(&std::fs::read_to_string(expected).expect("the expectations"))
            .expect("JSON");
    let expected = &expected["kag_facebook"];
    let place = place();
    let data = place.path().join("data");
    let (mut lines, mut events) = (String::new(), 0);
    let mut exports = Vec::new();
    for (site, column) in [("campaign", 2), ("age", 4), ("gender", 5)] {
        let mut counts: BTreeMap<String, Counts> = BTreeMap::new();
        let mut export = String::from(
            "Reporting starts,Reporting ends,Campaign name,Ad name,Impressions,Link clicks,Amount spent (USD)\n",
        );
        for row in table.lines().skip(1) {
            let cell: Vec<&str> = row.trim().split(',').collect();
            let [day, month, year] = *cell[0].split('-').collect::<Vec<_>>() else {
                panic!("a day: {row}");
            };
            let campaign = format!("{site} {}", cell[column]);
            let date = format!("{year}-{month}-{day}");
            let _ = writeln!(
                export,
                "{date},{date},{campaign},{},{},{},{}",
                cell[1], cell[7], cell[8], cell[9]
            );
            let counts = counts.entry(campaign).or_default();
            for (count, at) in counts.iter_mut().zip([8, 10, 11]) {
                *count += cell[at].parse::<u64>().expect("a count");
            }
        }
        for (campaign, counts) in counts {
            let (more, count) = visits(site, &campaign, counts);
            lines += &more;
            events += count;
        }
        let file = place.path().join(format!("{site}.csv"));
        std::fs::write(&file, export).expect("write");
        exports.push((site, file));
    }
    import(&data, &lines, events);
    let _serving = Serving::start(&data);
    for (site, file) in exports {
        let file = file.to_str().expect("a path");
        let ran = run(&data, &["import", "costs", file, "--site", site]);
        assert!(
            ran.code == 0 && ran.out.contains("read as Meta: "),
            "{ran:?}"
        );
        for kind in KINDS {
            let report = run(
                &data,
                &[
                    "ads",
                    "campaigns",
                    "--site",
                    site,
                    "--conversion",
                    kind.0,
                    "--format",
                    "json",
                ],
            )
            .json();
            compare(&report["priced"], &expected["all"], kind);
            let campaigns = report["campaigns"].as_array().expect("campaigns");
            let published = expected.as_object().expect("groups").iter();
            let published: Vec<_> = published
                .filter(|(name, _)| name.starts_with(&format!("{site} ")))
                .collect();
            assert_eq!(campaigns.len(), published.len(), "{report}");
            for (name, published) in published {
                let told = campaigns.iter().find(|told| told["campaign"] == **name);
                compare(told.expect("the campaign"), published, kind);
            }
        }
    }
}
