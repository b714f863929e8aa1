//! Tells of sites while `snag serve` runs: the list of the week when it is due, alerts when there is cause.
//!
//! Invariant: what goes wrong here is logged and tried again; it never ends the server. Nothing is sent that is not written
//! down first.

pub(crate) mod compose;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use anyhow::Result;
use jiff::{SignedDuration, Timestamp};
use snag_messages::{Outbox, Outcome, Place, Sender, Told};
use snag_store::Store;
use tokio::sync::watch;

use crate::config::{Config, Environment, Told as Configured, What};

/// The file, in the data directory, of what was told and what waits.
pub(crate) const FILE: &str = "messages.json";

/// How often it is looked what is due.
const TICK: Duration = Duration::from_secs(60);
/// How often silences are looked for, and how long after the start the first time: who was away for a while himself waits for
/// who comes now.
const LISTEN_MS: i64 = 5 * 60_000;
const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;
/// A day's rates are looked at so long after its end, when late events have come.
const LATE_MS: i64 = 3 * HOUR_MS;

/// The last day, counted from 1970, whose rates can be looked at.
pub(crate) fn last_day(now: Timestamp) -> i64 {
    (now.as_millisecond() - LATE_MS).div_euclid(DAY_MS) - 1
}

/// When it is looked again.
fn later(now: Timestamp) -> Timestamp {
    let pause = SignedDuration::from_millis(LISTEN_MS);
    now.saturating_add(pause).unwrap_or(Timestamp::MAX)
}

/// Who tells.
pub(crate) struct Teller {
    store: Store,
    told: Vec<Configured>,
    places: BTreeMap<String, Place>,
    outbox: Outbox,
    sender: Sender,
    /// When silences are looked for next.
    next_look: Timestamp,
    /// When lists and rates are: later, where the store did not answer.
    compose: Timestamp,
}

impl Teller {
    /// None where nothing is to be told.
    ///
    /// # Errors
    /// What cannot be sent as it is configured, and an outbox that cannot be read.
    pub(crate) fn open(
        config: &Config,
        environment: &Environment,
        store: &Store,
    ) -> Result<Option<Self>> {
        let told = config.messages()?;
        if told.is_empty() {
            return Ok(None);
        }
        let named = |told: &Configured| {
            let places = told.places.iter();
            let named = places.map(|place| (told.name(place), place.clone()));
            named.collect::<Vec<_>>()
        };
        let places: BTreeMap<String, Place> = told.iter().flat_map(named).collect();
        let mut outbox = Outbox::open(&config.data_dir.join(FILE))?;
        for parcel in outbox.keep_only(&places.keys().cloned().collect::<BTreeSet<_>>()) {
            tracing::warn!(place = %parcel.place, id = %parcel.id, "a message is not sent: its place is configured no more");
        }
        Ok(Some(Self {
            store: store.clone(),
            told,
            places,
            outbox,
            sender: Sender::new(config.mail(environment)?)?,
            next_look: later(Timestamp::now()),
            compose: Timestamp::now(),
        }))
    }

    /// Tells until it is stopped; what is being sent then is sent to its end, for it cannot be known to have arrived else.
    pub(crate) async fn tell(mut self, mut stop: watch::Receiver<bool>) {
        while !*stop.borrow() {
            let now = Timestamp::now();
            if now >= self.compose {
                self.weekly(now).await;
                self.rates(now).await;
            }
            if now >= self.next_look {
                self.silences(now).await;
                self.next_look = later(now);
            }
            match self.outbox.save() {
                Ok(()) => self.send(&stop).await,
                Err(error) => {
                    tracing::error!(%error, "messages wait: what is told cannot be written down");
                }
            }
            tokio::select! {
                () = tokio::time::sleep(self.pause(Timestamp::now())) => {}
                changed = stop.changed() => if changed.is_err() {
                    return;
                },
            }
        }
    }

    /// Until something is to be done.
    fn pause(&self, now: Timestamp) -> Duration {
        let next = self.outbox.next().map(|next| next.duration_since(now));
        let next = next.and_then(|next| Duration::try_from(next).ok());
        next.unwrap_or(TICK).clamp(Duration::from_secs(1), TICK)
    }

    /// Composes the weekly lists that are due: one audit for all places of a `[[messages]]`.
    async fn weekly(&mut self, now: Timestamp) {
        for at in 0..self.told.len() {
            let told = &self.told[at];
            if told.what != What::Weekly {
                continue;
            }
            let mut due = Vec::new();
            for place in told.names() {
                if let Some(when) = self.outbox.weekly_due(&place, &told.schedule, now) {
                    due.push((place, when));
                }
            }
            if due.is_empty() {
                continue;
            }
            let zone = told.schedule.zone();
            match compose::weekly(&self.store, &told.site, zone, now, true).await {
                Ok(list) => {
                    for (place, when) in due {
                        self.outbox.tell_weekly(&place, list.clone(), when, now);
                    }
                }
                Err(error) => {
                    tracing::warn!(site = %told.site, "the weekly list waits: {error:#}");
                    self.compose = later(now);
                }
            }
        }
    }

    /// Looks once a day at the rates of the day before.
    async fn rates(&mut self, now: Timestamp) {
        let day = last_day(now);
        for (site, places) in self.alerts() {
            if !self.outbox.is_to_look(&site, day) {
                continue;
            }
            match compose::rates_now(&self.store, &site, day, now).await {
                Ok(found) => {
                    let told = self.outbox.causes().rates(&site, found);
                    self.put(&places, &told, now);
                    self.outbox.looked(&site, day);
                }
                Err(error) => {
                    tracing::warn!(%site, "rates are not looked at yet: {error:#}");
                    self.compose = later(now);
                }
            }
        }
    }

    async fn silences(&mut self, now: Timestamp) {
        for (site, places) in self.alerts() {
            match self.listen(&site, now).await {
                Ok(told) => self.put(&places, told.as_slice(), now),
                Err(error) => tracing::warn!(%site, "silences are not looked for: {error:#}"),
            }
        }
    }

    /// What is to be told of a site's silence, if anything.
    async fn listen(&mut self, site: &str, now: Timestamp) -> Result<Option<Told>> {
        let Some(heard) = compose::heard_now(&self.store, site, now).await? else {
            return Ok(None);
        };
        let last = &heard.silence.since;
        let silent = self.outbox.causes().silent_since(site).map(str::to_owned);
        let Some(since) = silent.filter(|since| since < last) else {
            return Ok(self.outbox.causes().silence(site, heard));
        };
        let ended = compose::ended(&self.store, site, &since, last).await?;
        Ok(ended.and_then(|ended| self.outbox.causes().heard_again(site, ended)))
    }

    fn put(&mut self, places: &[String], told: &[Told], now: Timestamp) {
        for told in told {
            tracing::info!("{}", snag_messages::subject(told));
            self.outbox.tell(places, told, now);
        }
    }

    /// The places that are alerted, by site.
    fn alerts(&self) -> BTreeMap<String, Vec<String>> {
        let mut alerts: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for told in self.told.iter().filter(|told| told.what == What::Alerts) {
            let names = told.names();
            alerts.entry(told.site.clone()).or_default().extend(names);
        }
        alerts
    }

    /// Tries what is due, one after the other.
    async fn send(&mut self, stop: &watch::Receiver<bool>) {
        for parcel in self.outbox.due(Timestamp::now()) {
            if *stop.borrow() {
                return;
            }
            let Some(place) = self.places.get(&parcel.place) else {
                continue;
            };
            let now = Timestamp::now();
            let outcome = self
                .sender
                .send(place, &parcel.id, &parcel.told, parcel.created, now)
                .await;
            let now = Timestamp::now();
            let next = self
                .outbox
                .settle(&parcel.id, &outcome, now, rand::random());
            let (place, id) = (&parcel.place, &parcel.id);
            match (outcome, next) {
                (Outcome::Delivered(answer), _) => tracing::info!(%place, %id, %answer, "told"),
                (Outcome::Later { why, .. }, Some(next)) => {
                    tracing::warn!(%place, %id, %why, %next, "not told yet");
                }
                (Outcome::Later { why, .. }, None) => {
                    tracing::error!(%place, %id, %why, "not told: given up after many attempts");
                }
                (Outcome::Refused(why), _) => tracing::error!(%place, %id, %why, "not told"),
            }
            if let Err(error) = self.outbox.save() {
                tracing::error!(%error, "what was told cannot be written down: a restart would tell it again");
            }
        }
    }
}
