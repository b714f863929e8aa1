//! What can be seen and clicked on a page, and where in it the clicks are.
//!
//! Invariant: a rate is people who clicked of those who saw it, as `links` has it; a share is clicks of all the page's
//! clicks; an element is numbered by its rank, so that table, overlay and wire-frame name it alike.

use std::collections::HashMap;

use clickhouse::Row;
use serde::{Deserialize, Serialize};
use snag_store::Store;

use super::{Narrowed, Span};
use crate::Error;
use crate::reports::links::{is_control, name};
use crate::statistics::{Interval, Z_95, rate, wilson};

const SQL: &str = include_str!("../../../../sql/reports/page.sql");
const POINTS_SQL: &str = include_str!("../../../../sql/reports/page_points.sql");

/// An element of a page.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Element {
    /// Its rank, from 1: the most clicked first, then what most people saw.
    pub number: usize,
    /// Its text, else where it leads, else its selector.
    pub name: String,
    /// Selector that finds it; ` >>> ` leads into a shadow root.
    pub selector: String,
    /// Tag name in lower case.
    pub tag: String,
    /// What it says, or empty.
    pub text: String,
    /// Where it leads, or empty.
    pub href: String,
    /// ARIA role, or empty.
    pub role: String,
    /// Whether it is a link, a button or the like.
    pub is_control: bool,
    /// Pageviews it was on.
    pub shown: u64,
    /// The share of all the page's clicks.
    pub share: Option<f64>,
    /// People whose click on it nothing answered.
    pub dead: u64,
    /// People who clicked it in a rage.
    pub rage: u64,
    /// People whose click on it an error followed.
    pub errors: u64,
    /// Over all devices.
    #[serde(flatten)]
    pub counts: Counts,
    /// On each device, that of most clicks first.
    pub devices: Vec<OnDevice>,
}

/// Who saw and clicked an element.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Counts {
    /// People who saw it.
    pub exposed: u64,
    /// Of these who clicked it.
    pub clickers: u64,
    /// Clicks.
    pub clicks: u64,
    /// Clickers of those who saw it.
    pub rate: Option<f64>,
    /// Interval of `rate`.
    pub interval: Option<Interval>,
}

/// An element as it is on one kind of device.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OnDevice {
    /// The kind of device; empty where it is not known.
    pub device: String,
    /// Who saw and clicked it there.
    #[serde(flatten)]
    pub counts: Counts,
    /// Where it is on the page; absent where nobody told.
    pub place: Option<Place>,
    /// Where in it the clicks are, those of most clicks first.
    pub points: Vec<Point>,
}

/// Where an element is on the page, in CSS pixels from the document's corner: medians of the pageviews.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Place {
    /// From the left.
    pub left: u16,
    /// From the top.
    pub top: u16,
    /// Its width.
    pub width: u16,
    /// Its height.
    pub height: u16,
}

/// Clicks in a hundredth of an element's area.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Point {
    /// The tenth of its width, from the left, 0 to 9.
    pub x: u8,
    /// The tenth of its height, from the top, 0 to 9.
    pub y: u8,
    /// Clicks there.
    pub clicks: u64,
}

/// The elements of a page and its clicks.
pub(super) struct Clicked {
    pub(super) elements: Vec<Element>,
    pub(super) clicks: u64,
    /// Of `clicks` those on nothing that is known.
    pub(super) elsewhere: u64,
}

#[derive(Row, Deserialize)]
struct Told {
    element: u64,
    by_device: bool,
    of_device: String,
    shown: u64,
    exposed: u64,
    clickers: u64,
    clicks: u64,
    dead: u64,
    rage: u64,
    errors: u64,
    area: Vec<u16>,
    selector: String,
    tag: String,
    text: String,
    href: String,
    role: String,
}

#[derive(Row, Deserialize)]
struct Pointed {
    element: u64,
    of_device: String,
    x: u8,
    y: u8,
    clicks: u64,
}

/// Asks for them.
pub(super) async fn elements(
    store: &Store,
    span: &Span,
    narrowed: &Narrowed,
) -> Result<Clicked, Error> {
    let told: Vec<Told> = narrowed.rows(store, span, SQL).await?;
    let pointed: Vec<Pointed> = narrowed.rows(store, span, POINTS_SQL).await?;
    let mut points: HashMap<(u64, String), Vec<Point>> = HashMap::new();
    for Pointed {
        element,
        of_device,
        x,
        y,
        clicks,
    } in pointed
    {
        let here = points.entry((element, of_device)).or_default();
        here.push(Point { x, y, clicks });
    }
    Ok(clicked(told, points))
}

fn clicked(told: Vec<Told>, mut points: HashMap<(u64, String), Vec<Point>>) -> Clicked {
    let (by_device, whole): (Vec<Told>, Vec<Told>) =
        told.into_iter().partition(|told| told.by_device);
    let clicks = whole.iter().map(|told| told.clicks).sum();
    let unknown = whole.iter().filter(|told| told.selector.is_empty());
    let elsewhere = unknown.map(|told| told.clicks).sum();
    let mut devices: HashMap<u64, Vec<OnDevice>> = HashMap::new();
    for told in by_device {
        devices.entry(told.element).or_default().push(OnDevice {
            counts: told.counts(),
            place: told.place(),
            points: points
                .remove(&(told.element, told.of_device.clone()))
                .unwrap_or_default(),
            device: told.of_device,
        });
    }
    let known = whole.into_iter().filter(|told| !told.selector.is_empty());
    let elements = known.enumerate().map(|(at, told)| Element {
        number: at + 1,
        name: name([&told.text, &told.href, &told.selector])
            .unwrap_or_default()
            .to_owned(),
        is_control: is_control(&told.tag, &told.href, &told.role),
        shown: told.shown,
        share: rate(told.clicks, clicks),
        dead: told.dead,
        rage: told.rage,
        errors: told.errors,
        counts: told.counts(),
        devices: devices.remove(&told.element).unwrap_or_default(),
        selector: told.selector,
        tag: told.tag,
        text: told.text,
        href: told.href,
        role: told.role,
    });
    Clicked {
        elements: elements.collect(),
        clicks,
        elsewhere,
    }
}

impl Told {
    fn counts(&self) -> Counts {
        Counts {
            exposed: self.exposed,
            clickers: self.clickers,
            clicks: self.clicks,
            rate: rate(self.clickers, self.exposed),
            interval: wilson(self.clickers, self.exposed, Z_95),
        }
    }

    fn place(&self) -> Option<Place> {
        match *self.area.as_slice() {
            [left, top, width, height] if width > 0 => Some(Place {
                left,
                top,
                width,
                height,
            }),
            _ => None,
        }
    }
}
