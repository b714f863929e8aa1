//! Who comes to a site, when, with what, from where and what for.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Agent;

/// Weights of the hours of a day and of the days of a week, Monday first, UTC; and how much days differ otherwise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rhythm {
    /// 24 weights.
    pub hours: Vec<f64>,
    /// 7 weights.
    pub days: Vec<f64>,
    /// Standard deviation of the logarithm of a day's visits.
    pub unrest: f64,
}

/// What all visitors have in common.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Visitors {
    /// Share of the sessions that are made by somebody who was there before.
    pub returning: f64,
    /// Screens that are scrolled down below the first, on average.
    pub attention: f64,
    /// How many times rather a link is taken that leads where one wants to go.
    pub scent: f64,
    /// How much less a visitor who knows the site needs: 0.1 is a tenth of the time.
    pub learning: f64,
    /// Standard deviation of the logarithm of patience, by which the chance to leave is divided.
    pub patience: f64,
}

/// A kind of device, with its share.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Device {
    /// Weight among the devices.
    pub share: f64,
    /// Its browser, as reports name it: Chrome, Safari, Firefox, Edge.
    pub browser: String,
    /// Whether it is held in one hand.
    #[serde(default)]
    pub mobile: bool,
    /// User agent, with ranges to draw from.
    pub agent: Agent,
    /// Width and height in CSS pixels.
    pub viewport: (u16, u16),
    /// By how much it makes people leave more, 1 for not at all.
    pub toil: f64,
    /// By how much pages come slower, 1 for not at all.
    pub slowness: f64,
}

/// A country, with its share.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Country {
    /// Weight among the countries.
    pub share: f64,
    /// ISO 3166-1 code.
    pub code: String,
}

/// A way to the site, with its share.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Weight among the sources.
    pub share: f64,
    /// Absolute address of the page before, or empty.
    #[serde(default)]
    pub referrer: String,
    /// Query of the landing page, without `?`.
    #[serde(default)]
    pub query: String,
    /// By how much those who come this way leave more, 1 for not at all.
    pub haste: f64,
}

/// A kind of program that comes, and its share of all sessions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bot {
    /// Share of all sessions.
    pub share: f64,
    /// User agent.
    pub agent: Agent,
}

/// What somebody came for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Task {
    /// Its name.
    pub name: String,
    /// Weight among the tasks.
    pub share: f64,
    /// Path of the page that ends it; empty for those who just look around.
    #[serde(default)]
    pub target: String,
    /// By how much the chance to leave is multiplied.
    pub leave: f64,
    /// Landing pages with their weights; a path that ends in `*` stands for all that begin so.
    pub lands: BTreeMap<String, f64>,
}
