//! Messages: the mail server, and what goes where.
//!
//! Invariant: what cannot be sent as it is written is refused when the configuration is read, with its place; secrets come
//! from files or from the environment.

mod words;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use serde::{Deserialize, Serialize};
use snag_messages::{Address, Hook, MailServer, Place, Schedule, Style, Tls};
use url::Url;

pub(crate) use self::words::What;
use self::words::{Day, StyleWord, TlsWord};
use super::{Config, Environment, secret};

/// The server that takes letters.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct MailSettings {
    pub(crate) host: Option<String>,
    pub(crate) port: Option<u16>,
    pub(crate) tls: TlsWord,
    pub(crate) authority_file: Option<PathBuf>,
    pub(crate) user: Option<String>,
    pub(crate) password_file: Option<PathBuf>,
    pub(crate) from: Option<String>,
}

/// One thing that is told to some.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MessageSettings {
    pub(crate) site: String,
    pub(crate) what: What,
    #[serde(default)]
    pub(crate) to: Vec<String>,
    #[serde(default)]
    pub(crate) webhook: Option<String>,
    #[serde(default)]
    pub(crate) style: StyleWord,
    #[serde(default)]
    pub(crate) secret_file: Option<PathBuf>,
    #[serde(default)]
    pub(crate) allow_private: bool,
    #[serde(default)]
    pub(crate) weekday: Day,
    #[serde(default = "morning")]
    pub(crate) hour: i8,
    #[serde(default = "utc")]
    pub(crate) time_zone: String,
}

fn morning() -> i8 {
    8
}

fn utc() -> String {
    "UTC".to_owned()
}

/// What is told of a site, to whom and when.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Told {
    pub(crate) site: String,
    pub(crate) what: What,
    pub(crate) places: Vec<Place>,
    pub(crate) schedule: Schedule,
    /// When, in words.
    pub(crate) when: String,
}

impl Told {
    /// Names what a place is told, for as long as the configuration says so.
    pub(crate) fn name(&self, place: &Place) -> String {
        format!("{} of {}: {place}", self.what.word(), self.site)
    }

    /// The names of all of it.
    pub(crate) fn names(&self) -> impl Iterator<Item = String> {
        self.places.iter().map(|place| self.name(place))
    }
}

impl MessageSettings {
    /// Where it goes; the secret is not looked at.
    fn places(&self) -> Result<Vec<Place>> {
        let mut places = Vec::new();
        for to in &self.to {
            places.push(Place::Mail(to.parse::<Address>().context("to")?));
        }
        if let Some(webhook) = &self.webhook {
            let url: Url = webhook.parse().with_context(|| {
                format!(
                    "webhook {webhook:?} is no address: write it such as https://hooks.example/…"
                )
            })?;
            if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
                bail!("webhook {webhook:?} is neither http nor https");
            }
            places.push(Place::Hook(Hook {
                url,
                style: match self.style {
                    StyleWord::Plain => Style::Plain,
                    StyleWord::Slack => Style::Slack,
                },
                secret: None,
                allow_private: self.allow_private,
            }));
        }
        if places.is_empty() {
            bail!("it goes nowhere: give to = [\"you@shop.example\"] or webhook = \"https://…\"");
        }
        if self.webhook.is_none() && (self.secret_file.is_some() || self.allow_private) {
            bail!("secret_file and allow_private are for a webhook, and there is none");
        }
        Ok(places)
    }

    /// With the secret out of its file.
    fn told(&self) -> Result<Told> {
        let mut places = self.places()?;
        if let Some(file) = &self.secret_file {
            let text = read(file)?;
            let secret = text
                .parse()
                .with_context(|| format!("{}", file.display()))?;
            for place in &mut places {
                if let Place::Hook(hook) = place {
                    hook.secret = Some(Clone::clone(&secret));
                }
            }
        }
        Ok(Told {
            site: self.site.clone(),
            what: self.what,
            places,
            schedule: Schedule::new(self.weekday.weekday(), self.hour, &self.time_zone)?,
            when: match self.what {
                What::Weekly => {
                    format!(
                        "{} {:02}:00 {}",
                        self.weekday.word(),
                        self.hour,
                        self.time_zone
                    )
                }
                What::Alerts => "when there is cause".to_owned(),
            },
        })
    }

    fn check(&self) -> Result<()> {
        if self.site.is_empty() || self.site.contains(char::is_control) {
            bail!(
                "site {:?} cannot be one: write it as in data-site",
                self.site
            );
        }
        Schedule::new(self.weekday.weekday(), self.hour, &self.time_zone)?;
        self.places().map(drop)
    }
}

impl Config {
    /// That everything in it can be sent as it is written, but for what stands in files.
    pub(super) fn check_messages(&self) -> Result<()> {
        let mut seen = BTreeSet::new();
        for (at, message) in self.messages.iter().enumerate() {
            let place = || {
                format!(
                    "[[messages]] {}, {} of {:?}",
                    at + 1,
                    message.what.word(),
                    message.site
                )
            };
            message.check().with_context(place)?;
            let mut sites = self.sites.iter().map(|site| site.id.as_str());
            if !self.sites.is_empty() && !sites.any(|site| site == message.site) {
                let known = self.sites.iter().map(|site| site.id.as_str());
                bail!(
                    "{}: there is no such site; [[sites]] has {}",
                    place(),
                    known.collect::<Vec<_>>().join(", ")
                );
            }
            if !message.to.is_empty() && self.mail.host.is_none() {
                bail!("{}: it goes by mail, and [mail] has no host", place());
            }
            for to in message.places()? {
                if !seen.insert((&message.site, message.what, to.to_string())) {
                    bail!("{}: {to} has it already; write it once", place());
                }
            }
        }
        let MailSettings {
            host,
            tls,
            from,
            user,
            ..
        } = &self.mail;
        let Some(host) = host else {
            return Ok(());
        };
        if *tls == TlsWord::None && !MailServer::is_here(host) {
            bail!(
                "mail.tls is \"none\", but {host} is not this machine: write \"implicit\" or \"starttls\""
            );
        }
        match from {
            None => bail!("mail.host is {host}, but from whom letters are is not said: mail.from"),
            Some(from) => from.parse::<Address>().context("mail.from")?,
        };
        if user.is_none() && self.mail.password_file.is_some() {
            bail!("mail.password_file is of nobody: give mail.user too");
        }
        Ok(())
    }

    /// The mail server, if there is one.
    pub(crate) fn mail(&self, environment: &Environment) -> Result<Option<MailServer>> {
        let (Some(host), Some(from)) = (&self.mail.host, &self.mail.from) else {
            return Ok(None);
        };
        let tls = match self.mail.tls {
            TlsWord::Implicit => Tls::Implicit,
            TlsWord::StartTls => Tls::StartTls,
            TlsWord::None => Tls::None,
        };
        let credentials = match &self.mail.user {
            None => None,
            Some(user) => {
                let file = self.mail.password_file.as_deref();
                let Some(password) = secret(file, &environment.mail_password)? else {
                    bail!(
                        "mail.user is {user:?} without a password: SNAG_MAIL_PASSWORD or mail.password_file"
                    );
                };
                Some((user.clone(), password.expose().to_owned()))
            }
        };
        let authority = self.mail.authority_file.as_deref().map(read).transpose()?;
        Ok(Some(MailServer {
            host: host.clone(),
            port: self.mail.port.unwrap_or(tls.port()),
            tls,
            credentials,
            from: from.parse()?,
            authority: authority.map(String::into_bytes),
        }))
    }

    /// What is told to whom, in the order in which it is written.
    pub(crate) fn messages(&self) -> Result<Vec<Told>> {
        let told = |(at, message): (usize, &MessageSettings)| {
            message
                .told()
                .with_context(|| format!("[[messages]] {}", at + 1))
        };
        self.messages.iter().enumerate().map(told).collect()
    }
}

fn read(file: &Path) -> Result<String> {
    std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))
}

#[cfg(test)]
mod tests;
