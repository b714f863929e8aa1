//! Which heading is what, in the exports of Google Ads, Meta and Microsoft Advertising and in our own plain format.
//!
//! Headings are compared by their letters and digits alone, so `Impr.`, `utm_campaign` and the reports of an API
//! (`GregorianDate`) are met too; a currency in brackets (`Amount spent (EUR)`) is taken off.

use std::collections::BTreeMap;

use csv::StringRecord;

use super::seller::{GOOGLE, META, MICROSOFT};

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    Day,
    /// The first day of a row that may be of several.
    Start,
    End,
    Source,
    Medium,
    Campaign,
    CampaignId,
    Ad,
    Cost,
    Currency,
    Impressions,
    Clicks,
}

/// A kind of export.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) name: &'static str,
    /// Whose ads it tells of; empty where a column tells.
    pub(super) source: &'static str,
    /// Headings, of which those before count first.
    headings: &'static [(Part, &'static [&'static str])],
}

const IMPRESSIONS: (Part, &[&str]) = (Part::Impressions, &["impressions", "impr"]);
const CURRENCY: (Part, &[&str]) = (Part::Currency, &["currencycode", "currency"]);
const CAMPAIGN: (Part, &[&str]) = (Part::Campaign, &["campaign", "campaignname"]);
const CAMPAIGN_ID: (Part, &[&str]) = (Part::CampaignId, &["campaignid"]);

/// All of them; one that is met before another counts.
const LAYOUTS: [Layout; 4] = [
    Layout {
        name: "Meta",
        source: META,
        headings: &[
            (Part::Day, &["day"]),
            (Part::Start, &["reportingstarts"]),
            (Part::End, &["reportingends"]),
            CAMPAIGN,
            CAMPAIGN_ID,
            (Part::Ad, &["adname", "adid"]),
            (Part::Cost, &["amountspent"]),
            CURRENCY,
            IMPRESSIONS,
            (Part::Clicks, &["linkclicks", "clicksall", "clicks"]),
        ],
    },
    Layout {
        name: "Microsoft Advertising",
        source: MICROSOFT,
        headings: &[
            (Part::Day, &["gregoriandate", "date", "day", "timeperiod"]),
            CAMPAIGN,
            CAMPAIGN_ID,
            (Part::Ad, &["adid"]),
            (Part::Cost, &["spend"]),
            CURRENCY,
            IMPRESSIONS,
            (Part::Clicks, &["clicks"]),
        ],
    },
    Layout {
        name: "Google Ads",
        source: GOOGLE,
        headings: &[
            (Part::Day, &["day"]),
            CAMPAIGN,
            CAMPAIGN_ID,
            (Part::Ad, &["adname", "adid"]),
            (Part::Cost, &["cost"]),
            CURRENCY,
            IMPRESSIONS,
            (Part::Clicks, &["clicks"]),
        ],
    },
    Layout {
        name: "plain",
        source: "",
        headings: &[
            (Part::Day, &["date"]),
            (Part::Source, &["source", "utmsource"]),
            (Part::Medium, &["medium", "utmmedium"]),
            (Part::Campaign, &["campaign", "utmcampaign"]),
            CAMPAIGN_ID,
            (Part::Ad, &["ad", "content", "utmcontent"]),
            (Part::Cost, &["cost"]),
            CURRENCY,
            IMPRESSIONS,
            (Part::Clicks, &["clicks"]),
        ],
    },
];

/// What to say to who brought something else.
pub(super) const WANTED: &str = "export by day, with Day, Campaign and Cost (Google Ads), Reporting starts, Reporting ends, \
    Campaign name and Amount spent (Meta) or Gregorian date, Campaign name and Spend (Microsoft Advertising), in English, or \
    write date, campaign or ad, and cost, where source, medium, impressions, clicks and currency may stand beside";

/// The columns of a file.
#[derive(Debug)]
pub(super) struct Columns {
    pub(super) layout: &'static Layout,
    at: BTreeMap<Part, (usize, String)>,
    /// The currency that stands in the heading of the costs.
    pub(super) currency: Option<String>,
}

impl Columns {
    /// Those of a line, if it has headings that suffice.
    pub(super) fn of(line: &StringRecord) -> Option<Self> {
        LAYOUTS.iter().find_map(|layout| Self::under(layout, line))
    }

    fn under(layout: &'static Layout, line: &StringRecord) -> Option<Self> {
        let headings: Vec<(String, Option<&str>)> = line.iter().map(heading).collect();
        let mut at = BTreeMap::new();
        let mut currency = None;
        for (part, words) in layout.headings {
            let place = words
                .iter()
                .find_map(|word| headings.iter().position(|(heading, _)| heading == word));
            if let Some(place) = place {
                at.insert(*part, (place, line[place].trim().to_owned()));
                if *part == Part::Cost {
                    currency = headings[place].1.map(str::to_owned);
                }
            }
        }
        let has = |part| at.contains_key(&part);
        let suffices = (has(Part::Day) || has(Part::Start) && has(Part::End))
            && has(Part::Cost)
            && (has(Part::Campaign) || has(Part::Ad) && layout.source.is_empty());
        suffices.then_some(Self {
            layout,
            at,
            currency,
        })
    }

    /// What a line has there; nothing where there is no such column.
    pub(super) fn cell<'a>(&self, part: Part, line: &'a StringRecord) -> &'a str {
        let place = self.at.get(&part);
        place
            .and_then(|(place, _)| line.get(*place))
            .unwrap_or_default()
            .trim()
    }

    /// The heading as it was written.
    pub(super) fn heading(&self, part: Part) -> &str {
        self.at.get(&part).map_or("", |(_, heading)| heading)
    }

    /// Where the day stands: in a column of its own, else as the first day of a stretch.
    pub(super) fn day(&self) -> Part {
        match self.at.contains_key(&Part::Day) {
            true => Part::Day,
            false => Part::Start,
        }
    }
}

/// Letters and digits of a heading in lower case, and the currency in its brackets.
fn heading(text: &str) -> (String, Option<&str>) {
    let text = text.trim();
    let split = text
        .strip_suffix(')')
        .and_then(|head| head.rsplit_once('('));
    let (words, currency) = match split {
        Some((words, inside)) if is_currency(inside) => (words, Some(inside)),
        _ => (text, None),
    };
    let letters = words.chars().filter(|letter| letter.is_alphanumeric());
    (letters.flat_map(char::to_lowercase).collect(), currency)
}

/// Three capitals, as in ISO 4217.
pub(super) fn is_currency(text: &str) -> bool {
    text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(headings: &[&str]) -> Option<&'static str> {
        Columns::of(&StringRecord::from(headings.to_vec())).map(|columns| columns.layout.name)
    }

    #[test]
    fn a_layout_is_told_by_its_headings() {
        let cases: [(&[&str], _); 9] = [
            (
                &["Campaign", "Day", "Currency code", "Impr.", "Cost"],
                Some("Google Ads"),
            ),
            (
                &[
                    "Reporting starts",
                    "Reporting ends",
                    "Campaign name",
                    "Amount spent (EUR)",
                ],
                Some("Meta"),
            ),
            (
                &["Campaign name", "Day", "Amount spent (EUR)"],
                Some("Meta"),
            ),
            (
                &["Gregorian date", "Campaign name", "Spend"],
                Some("Microsoft Advertising"),
            ),
            (
                &["TimePeriod", "CampaignName", "Spend"],
                Some("Microsoft Advertising"),
            ),
            (&["date", "ad", "cost"], Some("plain")),
            (
                &["Date", "utm_source", "utm_campaign", "Cost (USD)"],
                Some("plain"),
            ),
            (&["Week", "Campaign", "Cost"], None),
            (
                &["Campaign name", "Reporting starts", "Amount spent (EUR)"],
                None,
            ),
        ];
        for (headings, expected) in cases {
            assert_eq!(name(headings), expected, "{headings:?}");
        }
    }

    #[test]
    fn a_currency_is_told_by_the_heading_of_the_costs() {
        let line = StringRecord::from(vec!["Day", "Campaign name", "Amount spent (PLN)"]);
        let columns = Columns::of(&line).unwrap();
        assert_eq!(columns.currency.as_deref(), Some("PLN"));
        assert_eq!(columns.heading(Part::Cost), "Amount spent (PLN)");
        assert_eq!(columns.cell(Part::Clicks, &line), "");
    }
}
