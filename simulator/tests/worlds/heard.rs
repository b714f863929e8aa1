//! What the pages of a world told, read from its recordings as a collector would, and counted by hand.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jiff::Timestamp;
use serde_json::value::RawValue;
use snag_beacon::{Kind, Signal};
use url::Url;

const PAUSE_MS: i64 = 30 * 60 * 1000;

/// One event, with when and by whom.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    pub(crate) at: i64,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) agent: String,
    pub(crate) is_mobile: bool,
    pub(crate) kind: Kind<'static>,
}

/// All that people's pages told, by visitor, in the order of time; programs are left out.
pub(crate) struct Heard(BTreeMap<String, Vec<Told>>);

#[derive(serde::Deserialize)]
struct Line {
    time: Timestamp,
    visitor: String,
    user_agent: String,
    country: String,
    body: Box<RawValue>,
}

impl Heard {
    pub(crate) fn read(directory: &Path) -> Self {
        let packed = std::fs::read(directory.join("recordings.ndjson.zst")).unwrap();
        let text = zstd::decode_all(&packed[..]).unwrap();
        let mut all: BTreeMap<String, Vec<Told>> = BTreeMap::new();
        for line in std::str::from_utf8(&text).unwrap().lines() {
            let line: Line = serde_json::from_str(line).unwrap();
            assert_eq!(line.country.len(), 2);
            if line.user_agent.contains("bot") || line.user_agent.contains("Headless") {
                continue;
            }
            let body = line.body.get().to_owned().into_bytes().leak();
            let (batch, skipped) = snag_beacon::decode_with_skipped(body).unwrap();
            assert_eq!(skipped, 0, "{}", line.body);
            let told = all.entry(line.visitor).or_default();
            for event in batch.events {
                let url = Url::parse(&event.url).unwrap();
                let ago = i64::try_from(batch.sent - event.at).unwrap();
                told.push(Told {
                    at: line.time.as_millisecond() - ago,
                    path: url.path().to_owned(),
                    query: url.query().unwrap_or_default().to_owned(),
                    agent: line.user_agent.clone(),
                    is_mobile: line.user_agent.contains("Mobile"),
                    kind: event.kind,
                });
            }
        }
        for told in all.values_mut() {
            told.sort_by_key(|told| told.at);
        }
        Self(all)
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &Told> {
        self.0.values().flatten()
    }

    fn visits(&self) -> impl Iterator<Item = &[Told]> {
        let of = |told: &'_ Vec<Told>| -> Vec<usize> {
            let breaks = told.windows(2).enumerate();
            let breaks = breaks.filter(|(_, pair)| pair[1].at - pair[0].at > PAUSE_MS);
            breaks.map(|(place, _)| place + 1).collect()
        };
        self.0.values().flat_map(move |told| {
            let breaks = of(told);
            let starts = std::iter::once(0).chain(breaks.clone());
            let ends = breaks.into_iter().chain(std::iter::once(told.len()));
            starts.zip(ends).map(|(start, end)| &told[start..end])
        })
    }

    pub(crate) fn sessions(&self) -> u64 {
        self.visits().count() as u64
    }

    pub(crate) fn visitors(&self) -> u64 {
        self.0.len() as u64
    }

    pub(crate) fn views(&self) -> impl Iterator<Item = &Told> {
        self.all()
            .filter(|told| matches!(told.kind, Kind::Pageview(_)))
    }

    pub(crate) fn pageviews(&self) -> u64 {
        self.views().count() as u64
    }

    pub(crate) fn bounced(&self) -> u64 {
        let views = |visit: &[Told]| {
            let views = visit.iter();
            views
                .filter(|told| matches!(told.kind, Kind::Pageview(_)))
                .count()
        };
        self.visits().filter(|visit| views(visit) == 1).count() as u64
    }

    /// Visits in which the event of the goal was told.
    pub(crate) fn conversions(&self, goal: &str) -> u64 {
        let is_goal = |told: &Told| matches!(&told.kind, Kind::Custom(event) if goal == format!("event:{}", event.name));
        self.visits()
            .filter(|visit| visit.iter().any(is_goal))
            .count() as u64
    }

    /// Visits that saw the page, in that browser and in the hand where that is asked for.
    pub(crate) fn met(&self, page: &str, browser: &str, is_mobile: bool) -> u64 {
        let is_there = |told: &Told| {
            told.path == page
                && (browser.is_empty() || self::browser(&told.agent) == browser)
                && (!is_mobile || told.is_mobile)
        };
        self.visits()
            .filter(|visit| visit.iter().any(is_there))
            .count() as u64
    }

    /// Signals of that word, of the element of that id where one is named.
    pub(crate) fn signals(&self, word: &str, id: &str) -> usize {
        let is_meant = |signal: &Signal<'_>| {
            signal.what == word && (id.is_empty() || signal.element.selector == format!("#{id}"))
        };
        self.all()
            .filter(|told| matches!(&told.kind, Kind::Signal(signal) if is_meant(signal)))
            .count()
    }

    /// Paths of pages that answered with that status.
    pub(crate) fn statuses(&self, status: u16) -> BTreeSet<&str> {
        self.views()
            .filter(
                |told| matches!(&told.kind, Kind::Pageview(pageview) if pageview.status == status),
            )
            .map(|told| &*told.path)
            .collect()
    }

    /// Of all pageviews of the page the share in which the element of that id was seen, and of these in which it was clicked.
    pub(crate) fn seen_and_clicked(&self, page: &str, id: &str) -> (f64, f64) {
        let selector = format!("#{id}");
        let (mut views, mut seen, mut clicked) = (0.0, 0.0, 0.0);
        for told in self.all().filter(|told| told.path == page) {
            match &told.kind {
                Kind::Pageview(_) => views += 1.0,
                Kind::Exposure(exposure) if exposure.element.selector == selector => {
                    seen += f64::from(u8::from(exposure.viewable));
                }
                Kind::Click(click) if click.element.selector == selector => clicked += 1.0,
                _ => {}
            }
        }
        (seen / views, clicked / f64::max(seen, 1.0))
    }

    /// Of those who touched a field, the share whose last field was this one and who never submitted.
    pub(crate) fn stops_at(&self, page: &str, field: &str) -> f64 {
        let (mut touched, mut stopped) = (0.0, 0.0);
        for told in self.all().filter(|told| told.path == page) {
            if let Kind::Field(found) = &told.kind
                && found.element.name == field
            {
                touched += 1.0;
                stopped += f64::from(u8::from(found.usage.last && !found.usage.submitted));
            }
        }
        stopped / f64::max(touched, 1.0)
    }

    /// Median of the largest paint, in milliseconds.
    pub(crate) fn paint(&self, page: &str) -> u32 {
        let mut all: Vec<u32> = self
            .all()
            .filter(|told| told.path == page)
            .filter_map(|told| match &told.kind {
                Kind::Attention(attention) => Some(attention.lcp),
                _ => None,
            })
            .collect();
        all.sort_unstable();
        all.get(all.len() / 2).copied().unwrap_or_default()
    }
}

/// What a report would call it.
pub(crate) fn browser(agent: &str) -> &'static str {
    match () {
        () if agent.contains("Edg/") => "Edge",
        () if agent.contains("Firefox/") => "Firefox",
        () if agent.contains("Chrome/") => "Chrome",
        () => "Safari",
    }
}
