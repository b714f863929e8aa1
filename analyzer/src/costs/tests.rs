use super::*;

/// As Google Ads' interface writes it: titles, sums, thousands, tabs.
const GOOGLE: &str = "Campaign report\n\"September 1, 2026 - September 3, 2026\"\n\
    Day\tCampaign\tCampaign ID\tCurrency code\tCost\tImpr.\tClicks\tCTR\n\
    2026-09-01\tBrand — Search\t2001\tEUR\t1,012.40\t\"12,900\"\t40\t0.31%\n\
    2026-09-02\tBrand — Search\t2001\tEUR\t16.50\t1200\t55\t4.58%\n\
    2026-09-02\tDisplay\t2002\tEUR\t --\t0\t0\t --\n\
    Total: Campaigns\t\t\tEUR\t1,028.90\t14100\t95\t0.67%\n\
    Total: Account\t --\t\tEUR\t1,028.90\t14100\t95\t0.67%\n";

/// As Meta's ads manager writes it: a row of sums without a name, the currency in a heading, an ad a row.
const META: &str = "\u{feff}\"Reporting starts\",\"Reporting ends\",\"Campaign name\",\"Ad set name\",\"Ad name\",\"Impressions\",\
    \"CPM (cost per 1,000 impressions) (USD)\",\"Link clicks\",\"Amount spent (USD)\"\n\
    2026-09-01,2026-09-02,,,,9800,11.0,101,107.6\n\
    2026-09-01,2026-09-01,\"Spring, 2026\",Warm,Video A,5400,11.5,61,62.10\n\
    2026-09-01,2026-09-01,\"Spring, 2026\",Cold,Video A,100,9,1,0.9\n\
    2026-09-02,2026-09-02,\"Spring, 2026\",Warm,Video B,4300,10.4,39,44.6\n";

/// As Microsoft Advertising writes it: a head of its own, the month first, a line of copyright.
const MICROSOFT: &str = "\"Report Name: Campaign performance\"\n\"Report Time: 9/1/2026,9/30/2026\"\n\"Time Zone: (UTC) London\"\n\
    \"Rows: 2\"\n\n\
    \"Gregorian date\",\"Account name\",\"Campaign name\",\"Campaign ID\",\"Currency code\",\"Impressions\",\"Clicks\",\"Spend\"\n\
    \"9/5/2026\",\"Shop\",\"Brand\",\"401\",\"GBP\",\"1,180\",\"39\",\"1,165.10\"\n\
    \"9/30/2026\",\"Shop\",\"Brand\",\"401\",\"GBP\",\"410\",\"52\",\"54.20\"\n\
    \"Total\",\"\",\"\",\"\",\"\",\"1,590\",\"91\",\"1,219.30\"\n\n\
    \"©2026 Microsoft Corporation. All rights reserved. \"\n";

/// Day, source, campaign, ad, currency, impressions, clicks, cost.
type Row = (String, String, String, String, String, u64, u64, f64);

fn rows(file: &str, currency: Option<&str>) -> Vec<Row> {
    let costs = Costs::read(file.as_bytes(), currency).unwrap();
    let days = costs.days.into_iter();
    days.flat_map(|(key, told)| {
        told.into_iter()
            .map(move |([_, _, ad, currency], figures)| {
                (
                    key.day.to_string(),
                    key.source.clone(),
                    key.campaign.clone(),
                    ad,
                    currency,
                    figures.impressions,
                    figures.clicks,
                    figures.cost.number(),
                )
            })
    })
    .collect()
}

fn row(texts: [&str; 5], impressions: u64, clicks: u64, cost: f64) -> Row {
    let [day, source, campaign, ad, currency] = texts.map(str::to_owned);
    (
        day,
        source,
        campaign,
        ad,
        currency,
        impressions,
        clicks,
        cost,
    )
}

#[test]
fn exports_of_the_sellers_are_read_without_titles_and_sums() {
    assert_eq!(
        rows(GOOGLE, None),
        [
            row(
                ["2026-09-01", "google", "Brand — Search", "", "EUR"],
                12_900,
                40,
                1012.4
            ),
            row(
                ["2026-09-02", "google", "Brand — Search", "", "EUR"],
                1200,
                55,
                16.5
            ),
            row(["2026-09-02", "google", "Display", "", "EUR"], 0, 0, 0.0),
        ]
    );
    assert_eq!(
        rows(META, None),
        [
            row(
                ["2026-09-01", "facebook", "Spring, 2026", "Video A", "USD"],
                5500,
                62,
                63.0
            ),
            row(
                ["2026-09-02", "facebook", "Spring, 2026", "Video B", "USD"],
                4300,
                39,
                44.6
            ),
        ]
    );
    assert_eq!(
        rows(MICROSOFT, None),
        [
            row(["2026-09-05", "bing", "Brand", "", "GBP"], 1180, 39, 1165.1),
            row(["2026-09-30", "bing", "Brand", "", "GBP"], 410, 52, 54.2),
        ]
    );
}

#[test]
fn a_file_of_ones_own_names_sources_ads_and_currencies_as_it_likes() {
    let file = "date;source;medium;campaign;ad;cost;currency\n\
        05.01.2026;Newsletter;email;spring;;12,50;eur\n05.01.2026;;;;mug;1.200,5;\n";
    assert_eq!(
        rows(file, Some("USD")),
        [
            row(["2026-01-05", "", "", "mug", "USD"], 0, 0, 1200.5),
            row(
                ["2026-01-05", "newsletter", "spring", "", "EUR"],
                0,
                0,
                12.5
            ),
        ]
    );
}

#[test]
fn a_row_that_cannot_be_read_is_named_by_line_and_column() {
    let head = "date,campaign,impressions,cost,currency\n";
    let cases = [
        (
            "2026-01-05,a,1,1.5,EUR\n2026-01-06,a,1,x,EUR\n",
            "line 3, cost: \"x\" is no amount: mend it",
        ),
        (
            "soon,a,1,1.5,EUR\n",
            "line 2, date: \"soon\" is no day such as 2026-01-31",
        ),
        (
            "2026-01-05,a,1.5,1,EUR\n",
            "line 2, impressions: \"1.5\" is no whole number",
        ),
        (
            "2026-01-05,,1,1,EUR\n",
            "line 2 names neither campaign nor ad",
        ),
        (
            "2026-01-05,a,1,1,€\n",
            "line 2, currency: \"€\" is no currency such as EUR",
        ),
        (
            "2026-01-05,a,1,1,\n",
            "line 2 names no currency, and the headings name none: say which with --currency EUR",
        ),
        (
            "2026-01-05,a,1,1.5,EUR\n2026-01-05,b,1,\"1,5\",EUR\n",
            "a decimal point in line 2 and a decimal comma in line 3",
        ),
        (
            "3/4/2026,a,1,1,EUR\n",
            "line 2, date: either number may be the month",
        ),
        (
            "3/14/2026,a,1,1,EUR\n14/3/2026,a,1,1,EUR\n",
            "the day first in line 3 and the month first in line 2",
        ),
        ("", "no row of costs below the headings"),
    ];
    for (lines, expected) in cases {
        let file = format!("{head}{lines}");
        let error = Costs::read(file.as_bytes(), None).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
    let weeks = "Reporting starts,Reporting ends,Campaign name,Amount spent (EUR)\n2026-09-01,2026-09-07,a,5\n";
    let error = Costs::read(weeks.as_bytes(), None).unwrap_err().to_string();
    assert!(
        error.contains("line 2 is of more than one day: export it broken down by day"),
        "{error}"
    );
}

#[test]
fn days_are_numbered_from_1970_on() {
    for (day, expected) in [
        ("1970-01-01", 0),
        ("2026-09-01", 20_697),
        ("2148-12-31", 65_378),
    ] {
        let day: Date = day.parse().unwrap();
        assert_eq!((number(day), date(expected)), (expected, day));
    }
}
