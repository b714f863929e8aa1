//! `snag messages`: what is told to whom, tried and shown.

use anyhow::Result;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;
use snag_analyzer::Error;
use snag_analyzer::format::{Cell, Column, Measure, Report, printable};
use snag_messages::{Outbox, Outcome, Place, Sender, Style, Told, body, html, text};
use snag_store::Store;

use crate::cli::{Form, Messages, Shown};
use crate::config::{Config, Environment, Told as Configured, What};
use crate::exit::Exit;
use crate::messages::{FILE, compose};

/// Lists, tries or shows.
pub(crate) async fn run(
    asked: Messages,
    config: &Config,
    environment: &Environment,
) -> Result<Exit> {
    match asked {
        Messages::List { format } => super::print(&list(config)?, format),
        Messages::Test { site } => test(&site, config, environment).await,
        Messages::Show(shown) => show(shown, config, environment).await,
    }
}

/// What is told to whom.
#[derive(Debug, Serialize)]
struct List {
    headline: String,
    messages: Vec<Listed>,
    notes: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Listed {
    site: String,
    what: &'static str,
    place: String,
    when: String,
    /// plain, slack, or empty of mail.
    style: &'static str,
    signed: bool,
    /// How many wait to be delivered.
    waiting: usize,
    /// When the first of them is tried again.
    next: Option<String>,
}

fn list(config: &Config) -> Result<List> {
    let outbox = Outbox::open(&config.data_dir.join(FILE))?;
    let mut messages = Vec::new();
    for told in config.messages()? {
        for place in &told.places {
            messages.push(listed(&told, place, &outbox));
        }
    }
    let notes = match messages.is_empty() {
        true => vec!["write a [[messages]] into snag.toml: snag.example.toml shows how".to_owned()],
        false => Vec::new(),
    };
    Ok(List {
        headline: match (messages.len(), outbox.waiting()) {
            (0, _) => "nothing is told to anybody".to_owned(),
            (1, 0) => "one message is configured".to_owned(),
            (count, 0) => format!("{count} messages are configured"),
            (count, waiting) => {
                format!("{count} messages are configured, and {waiting} wait to be delivered")
            }
        },
        messages,
        notes,
    })
}

fn listed(told: &Configured, place: &Place, outbox: &Outbox) -> Listed {
    let (style, signed) = match place {
        Place::Mail(_) => ("", false),
        Place::Hook(hook) => (
            match hook.style {
                Style::Plain => "plain",
                Style::Slack => "slack",
            },
            hook.secret.is_some(),
        ),
    };
    let name = told.name(place);
    let of = |parcel: &snag_messages::Parcel| parcel.place == name;
    let waiting: Vec<_> = outbox.due(Timestamp::MAX).into_iter().filter(of).collect();
    Listed {
        site: told.site.clone(),
        what: told.what.word(),
        when: told.when.clone(),
        style,
        signed,
        waiting: waiting.len(),
        next: waiting
            .iter()
            .map(|parcel| parcel.next)
            .min()
            .map(|next| next.to_string()),
        place: place.to_string(),
    }
}

const COLUMNS: [Column; 7] = [
    Column::both("Site", "site", Measure::Text),
    Column::both("What", "what", Measure::Text),
    Column::both("Where", "place", Measure::Text),
    Column::both("When", "when", Measure::Text),
    Column::both("Style", "style", Measure::Text),
    Column::both("Signed", "signed", Measure::Text),
    Column::both("Waiting", "waiting", Measure::Count),
];

impl Report for List {
    fn headline(&self) -> &str {
        &self.headline
    }

    fn columns(&self) -> &[Column] {
        &COLUMNS
    }

    fn rows(&self) -> Vec<Vec<Cell>> {
        let row = |listed: &Listed| {
            vec![
                Cell::Text(listed.site.clone()),
                Cell::Text(listed.what.to_owned()),
                Cell::Text(listed.place.clone()),
                Cell::Text(listed.when.clone()),
                Cell::Text(listed.style.to_owned()),
                Cell::Text(if listed.signed { "yes" } else { "" }.to_owned()),
                Cell::Count(listed.waiting as u64),
            ]
        };
        self.messages.iter().map(row).collect()
    }

    fn notes(&self) -> &[String] {
        &self.notes
    }
}

/// The messages of a site.
fn of_site(config: &Config, site: &str) -> Result<Vec<Configured>> {
    let (of_site, others): (Vec<_>, Vec<_>) = config
        .messages()?
        .into_iter()
        .partition(|told| told.site == site);
    if of_site.is_empty() {
        let mut known: Vec<String> = others.into_iter().map(|told| told.site).collect();
        known.dedup();
        return Err(Error::Usage {
            message: format!("nothing is told of {site:?}"),
            mend: match known.is_empty() {
                true => {
                    "write a [[messages]] into snag.toml: snag.example.toml shows how".to_owned()
                }
                false => format!("snag.toml has [[messages]] of {}", known.join(", ")),
            },
        }
        .into());
    }
    Ok(of_site)
}

async fn test(site: &str, config: &Config, environment: &Environment) -> Result<Exit> {
    let told = of_site(config, site)?;
    let sender = Sender::new(config.mail(environment)?)?;
    let store = super::open_derived(config, environment).await?;
    let now = Timestamp::now();
    let mut messages = Vec::new();
    for told in told {
        let message = match told.what {
            What::Weekly => compose::weekly(&store, site, told.schedule.zone(), now, false).await,
            What::Alerts => Ok(Told::Test {
                site: site.to_owned(),
            }),
        };
        messages.push((told, message));
    }
    store.close().await?;
    let mut exit = Exit::Done;
    for (told, message) in messages {
        let message = message?;
        for place in &told.places {
            let id = format!("msg_test_{:016x}", rand::random::<u64>());
            let outcome = sender
                .send(place, &id, &message, now, Timestamp::now())
                .await;
            let (word, answer) = match outcome {
                Outcome::Delivered(answer) => ("taken", answer),
                Outcome::Later { why, .. } => ("not taken now", why),
                Outcome::Refused(why) => ("refused", why),
            };
            if word != "taken" {
                exit = Exit::Broken;
            }
            println!(
                "{}, {place}: {word}: {}",
                told.what.word(),
                printable(&answer)
            );
        }
    }
    Ok(exit)
}

async fn show(asked: Shown, config: &Config, environment: &Environment) -> Result<Exit> {
    let told = config.messages()?;
    let mut told = told.iter();
    // Also what nobody is told yet can be looked at.
    let configured = told.find(|told| told.site == asked.site && told.what == asked.what);
    let zone = configured.map_or(TimeZone::UTC, |told| told.schedule.zone().clone());
    let now = Timestamp::now();
    let store = super::open_derived(config, environment).await?;
    let composed = composed(&store, &asked, &zone, now).await;
    store.close().await?;
    let messages = composed?;
    if messages.is_empty() {
        println!("there is no cause for an alert of {} now", asked.site);
        return Ok(Exit::NothingToReport);
    }
    for message in messages {
        let out = match asked.form {
            Form::Text => text(&message),
            Form::Html => html(&message)?,
            Form::Json => pretty(&body(&message, Style::Plain, now))?,
            Form::Slack => pretty(&body(&message, Style::Slack, now))?,
        };
        println!("{}", out.trim_end());
    }
    Ok(Exit::Done)
}

async fn composed(
    store: &Store,
    asked: &Shown,
    zone: &TimeZone,
    now: Timestamp,
) -> Result<Vec<Told>> {
    let site = asked.site.as_str();
    if asked.what == What::Weekly {
        return Ok(vec![compose::weekly(store, site, zone, now, false).await?]);
    }
    let day = crate::messages::last_day(now);
    let rates = compose::rates_now(store, site, day, now).await?;
    let mut told: Vec<Told> = rates
        .into_iter()
        .filter_map(|rate| rate.off.map(Told::RateChanged))
        .collect();
    let heard = compose::heard_now(store, site, now).await?;
    let silence = heard.filter(|heard| heard.is_silent);
    told.extend(silence.map(|heard| Told::BeaconsStopped(heard.silence)));
    Ok(told)
}

fn pretty(value: &serde_json::Value) -> Result<String> {
    Ok(serde_json::to_string_pretty(value)?)
}
