//! Which campaign a cost belongs to, and what cannot be told of campaigns and their costs.

use std::collections::BTreeMap;

use super::super::journeys::Journey;
use super::super::spending::{Creative, Paid, Spent, folded, own};
use super::{Campaign, listed, name};
use crate::format::thousands;

/// What was counted of a campaign.
#[derive(Debug, Clone, Default)]
pub(super) struct Tally {
    pub(super) visits: u64,
    pub(super) visitors: u64,
    pub(super) paid_visits: u64,
    pub(super) title: String,
    pub(super) media: Vec<String>,
    pub(super) click_ids: Vec<String>,
    pub(super) conversions: u64,
    pub(super) converting_visits: u64,
    pub(super) revenue: BTreeMap<String, f64>,
    pub(super) ad_impressions: u64,
    pub(super) ad_clicks: u64,
    pub(super) spent: Spent,
    /// Whether a cost is known, be it of nothing.
    pub(super) is_priced: bool,
    /// The last visit that was owed a conversion; those of a person follow each other.
    pub(super) owed: Option<(i64, u64)>,
}

impl Tally {
    /// A conversion is owed to the journey's last touch, which counts as a visit here if it began in the period.
    pub(super) fn owe(&mut self, journey: &Journey, is_counted: bool) {
        self.conversions += 1;
        let touch = journey
            .touches
            .last()
            .map(|touch| (touch.at, journey.person));
        if is_counted && touch != self.owed {
            self.converting_visits += 1;
            self.owed = touch;
        }
        for (currency, amount) in &journey.revenue {
            *self.revenue.entry(currency.clone()).or_default() += amount;
        }
    }

    fn pay(&mut self, paid: &Paid) {
        self.is_priced = true;
        self.ad_impressions += paid.impressions;
        self.ad_clicks += paid.clicks;
        self.spent.add(paid);
    }

    /// What two have together, people aside, who may be the same.
    pub(super) fn add(&mut self, other: &Self) {
        self.is_priced |= other.is_priced;
        self.visits += other.visits;
        self.paid_visits += other.paid_visits;
        self.conversions += other.conversions;
        self.converting_visits += other.converting_visits;
        self.ad_impressions += other.ad_impressions;
        self.ad_clicks += other.ad_clicks;
        self.spent.merge(&other.spent);
        for (currency, amount) in &other.revenue {
            *self.revenue.entry(currency.clone()).or_default() += amount;
        }
    }
}

type Tallies = BTreeMap<(String, String), Tally>;

/// Puts every cost into the row of its campaign, else into one of its own; those of the site's own creatives are not told of
/// here. What is to be known of it comes back.
pub(super) fn place(tallies: &mut Tallies, paid: &[Paid], creatives: &[Creative]) -> Vec<String> {
    let brought: Vec<(String, String)> = tallies.keys().cloned().collect();
    let mut unclear: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for one in paid.iter().filter(|one| own(one, creatives).is_empty()) {
        let key = match matching(one, &brought).as_slice() {
            [only] => {
                let key = (*only).clone();
                if key.0 == one.campaign_id && key.0 != one.campaign {
                    one.campaign
                        .clone_into(&mut tallies.entry(key.clone()).or_default().title);
                }
                key
            }
            [] if !one.is_asked => continue,
            several => {
                let name = match one.campaign.as_str() {
                    "" => &one.ad,
                    campaign => campaign,
                };
                if !several.is_empty() {
                    let campaigns = several
                        .iter()
                        .map(|(campaign, source)| format!("\"{campaign}\" by {source}"));
                    unclear.insert(name.to_owned(), campaigns.collect());
                }
                (name.to_owned(), one.source.clone())
            }
        };
        tallies.entry(key).or_default().pay(one);
    }
    let note = |(name, campaigns): (String, Vec<String>)| {
        format!(
            "the cost of \"{name}\" may be of {}, and stands by itself: tell source and campaign as the visits do",
            campaigns.join(" or ")
        )
    };
    unclear.into_iter().map(note).collect()
}

/// The campaigns that bear the name of a cost, else its identifier, else its name in other spelling.
fn matching<'a>(paid: &Paid, brought: &'a [(String, String)]) -> Vec<&'a (String, String)> {
    let wanted = folded(&paid.campaign);
    let of_seller = brought.iter().filter(|(campaign, source)| {
        !campaign.is_empty() && (paid.source.is_empty() || *source == paid.source)
    });
    let bears = |test: &dyn Fn(&str) -> bool| -> Vec<&'a (String, String)> {
        let found = of_seller.clone().filter(|(campaign, _)| test(campaign));
        found.collect()
    };
    let mut found = bears(&|campaign| campaign == paid.campaign);
    if found.is_empty() {
        found = bears(&|campaign| campaign == paid.campaign_id);
    }
    if found.is_empty() {
        found = bears(&|campaign| folded(campaign) == wanted);
    }
    found
}

/// What cannot be told, and what would let it be.
pub(super) fn notes(rows: &[Campaign]) -> Vec<String> {
    let mut notes = Vec::new();
    let names = |test: &dyn Fn(&&Campaign) -> bool| -> Vec<&str> {
        rows.iter().filter(|row| test(row)).map(name).collect()
    };
    let unpriced: Vec<&Campaign> = rows.iter().filter(|row| row.is_unpriced()).collect();
    let nameless: u64 = unpriced
        .iter()
        .filter(|row| row.campaign.is_empty() && !row.click_ids.is_empty())
        .map(|row| row.figures.paid_visits)
        .sum();
    if nameless > 0 {
        notes.push(format!(
            "{} the identifier of a click and no campaign: where ads add utm_campaign with the campaign's name or number, their \
             cost can be told",
            match nameless {
                1 => "1 paid visit bears".to_owned(),
                count => format!("{} paid visits bear", thousands(count)),
            }
        ));
    }
    let mixed = names(&|row| row.figures.cost.len() > 1);
    if !mixed.is_empty() {
        notes.push(format!(
            "costs of {} are in more than one currency and not added: for a cost per conversion import them in one",
            listed(&mixed)
        ));
    }
    let apart = names(&|row| {
        let figures = &row.figures;
        let is_one = figures.cost.len() == 1 && !figures.revenue.is_empty();
        is_one && !figures.revenue.keys().eq(figures.cost.keys())
    });
    if !apart.is_empty() {
        notes.push(format!(
            "costs and earnings of {} are not in one currency that is named: for a return on what was \
             paid have both in one",
            listed(&apart)
        ));
    }
    let worthless = names(&|row| {
        let figures = &row.figures;
        !figures.cost.is_empty() && figures.conversions > 0 && figures.revenue.is_empty()
    });
    if !worthless.is_empty() {
        notes.push(format!(
            "the conversions by {} say nothing of what they are worth: for a return on what was paid let the event have a value \
             and a currency",
            listed(&worthless)
        ));
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paid(campaign: &str, campaign_id: &str, source: &str) -> Paid {
        Paid {
            campaign: campaign.into(),
            campaign_id: campaign_id.into(),
            source: source.into(),
            ad: String::new(),
            currency: "EUR".into(),
            is_asked: true,
            impressions: 0,
            clicks: 0,
            cost: crate::costs::Amount::default(),
        }
    }

    #[test]
    fn a_cost_belongs_to_the_campaign_of_its_name_else_its_number_else_its_words() {
        let brought = [
            ("Spring", "google"),
            ("spring", "google"),
            ("2001", "google"),
            ("summer_sale", "google"),
            ("summer_sale", "bing"),
            ("", "google"),
        ]
        .map(|(campaign, source)| (campaign.to_owned(), source.to_owned()));
        let cases = [
            (paid("spring", "2001", "google"), vec![1]),
            (paid("Brand", "2001", "google"), vec![2]),
            (paid("Summer Sale", "", "google"), vec![3]),
            (paid("SPRING", "", "google"), vec![0, 1]),
            (paid("summer_sale", "", ""), vec![3, 4]),
            (paid("spring", "", "bing"), vec![]),
            (paid("", "", "google"), vec![]),
        ];
        for (paid, expected) in cases {
            let expected: Vec<_> = expected.into_iter().map(|at: usize| &brought[at]).collect();
            assert_eq!(matching(&paid, &brought), expected, "{paid:?}");
        }
    }
}
