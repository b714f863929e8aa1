//! A page as a drawing, SVG, for one that cannot be opened: its elements where visitors' browsers had them, coloured by their
//! share of the clicks, with the dots of clicks and how far down visitors came.
//!
//! Invariant: all that visitors may have sent is escaped by the template, and cut to its box. The page's height is that of its
//! lowest element, for nothing tells of the rest.

use askama::Template;

use super::sections::{cut, rate_text};
use super::{Element, OnDevice, OnePage, Place};
use crate::Error;
use crate::format::{percent, printable, thousands};

/// Pixels of the drawing: its edge, its head, and the list beside the page.
const EDGE: u32 = 32;
const HEAD: u32 = 104;
const LIST: u32 = 380;
/// Elements in the list, and the pixels of a line of it.
const LISTED: usize = 24;
const LINE: u32 = 46;
/// The narrowest page, and what is left free at its edges.
const NARROW: u32 = 320;
const FREE: u32 = 40;
/// Pixels that a letter of a label takes, about.
const LETTER: u32 = 7;
/// Letters of a name in the list.
const NAME: usize = 36;

#[derive(Template)]
#[template(path = "wireframe.svg")]
struct Drawing {
    title: String,
    about: String,
    width: u32,
    height: u32,
    page_width: u32,
    page_height: u32,
    left: u32,
    top: u32,
    bands: Vec<Band>,
    boxes: Vec<Drawn>,
    list_left: u32,
    list: Vec<Listed>,
    rest: String,
    rest_top: u32,
}

/// How many came to a tenth of the page.
struct Band {
    top: u32,
    height: u32,
    opacity: String,
    words: String,
}

/// An element's box.
struct Drawn {
    number: usize,
    place: Place,
    middle: (u32, u32),
    heat: String,
    is_clicked: bool,
    label: String,
    title: String,
    dots: Vec<Dot>,
}

/// Clicks in one place of a box.
struct Dot {
    x: u32,
    y: u32,
    radius: String,
}

/// A line of the list.
struct Listed {
    number: usize,
    top: u32,
    name: String,
    figures: String,
}

/// Draws the page as it is on the device of most pageviews that tell where elements are.
///
/// # Errors
/// [`Error::Usage`] where none tells, [`Error::Format`] when it cannot be written.
pub fn wireframe(page: &OnePage) -> Result<String, Error> {
    let placed = |device: &str| -> Vec<(&Element, &OnDevice, Place)> {
        let elements = page.elements.iter().filter_map(|element| {
            let here = element.devices.iter().find(|here| here.device == device)?;
            Some((element, here, here.place?))
        });
        elements.collect()
    };
    let devices = page.devices.iter().map(|one| (one, placed(&one.device)));
    let Some((device, placed)) = devices.into_iter().find(|(_, placed)| !placed.is_empty()) else {
        return Err(Error::usage(
            format!("nothing tells where the elements of {} are", page.page),
            "look at a time in which the tracker was on the page, and at pages that visitors stay on for two seconds",
        ));
    };
    let right = placed
        .iter()
        .map(|(.., place)| far(place.left, place.width));
    let bottom = placed
        .iter()
        .map(|(.., place)| far(place.top, place.height));
    // As much is left free on the right as on the left.
    let left = placed.iter().map(|(.., place)| u32::from(place.left)).min();
    let page_width =
        (right.max().unwrap_or_default() + left.unwrap_or_default().min(FREE)).max(NARROW);
    let page_height = bottom.max().unwrap_or_default() + FREE;
    let most = placed.iter().map(|(_, here, _)| here.counts.clicks).max();
    let all: u64 = placed.iter().map(|(_, here, _)| here.counts.clicks).sum();
    let listed = placed.iter().take(LISTED).enumerate();
    let list: Vec<Listed> = listed
        .map(|(at, (element, here, _))| listed_as(at, element, here, all))
        .collect();
    let list_height = LINE * (list.len() as u32 + 1);
    // Large boxes lie below small ones, or these could not be seen.
    let mut boxes: Vec<Drawn> = placed
        .iter()
        .map(|(element, here, place)| drawn(element, here, *place, most.unwrap_or_default()))
        .collect();
    boxes.sort_by_key(|one| {
        let size = u32::from(one.place.width) * u32::from(one.place.height);
        (std::cmp::Reverse(size), one.number)
    });
    let name = match device.device.as_str() {
        "" => "devices that are not known",
        name => name,
    };
    let drawing = Drawing {
        title: printable(&page.page),
        about: format!(
            "{} of {}: {} pageviews and {} clicks on {name}",
            printable(&page.page),
            printable(&page.site),
            thousands(device.audience.views),
            thousands(all)
        ),
        width: EDGE * 3 + page_width + LIST,
        height: HEAD + page_height.max(list_height) + EDGE,
        page_width,
        page_height,
        left: EDGE,
        top: HEAD,
        bands: bands(device, page_height),
        boxes,
        list_left: EDGE * 2 + page_width,
        rest: match placed.len() - list.len() {
            0 => String::new(),
            rest => format!("and {} more", thousands(rest as u64)),
        },
        rest_top: HEAD + LINE * list.len() as u32 + 11,
        list,
    };
    drawing.render().map_err(|error| Error::Format {
        format: "svg",
        message: error.to_string(),
    })
}

fn far(start: u16, length: u16) -> u32 {
    u32::from(start) + u32::from(length)
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "ten tenths of a page of at most 131,070 pixels"
)]
fn bands(device: &super::DeviceAudience, page_height: u32) -> Vec<Band> {
    let tenths = device.audience.tenths.iter().enumerate();
    let edge = |tenth: usize| page_height * tenth as u32 / 10;
    tenths
        .filter_map(|(at, tenth)| {
            let rate = tenth.rate?;
            Some(Band {
                top: edge(at),
                height: edge(at + 1) - edge(at),
                opacity: format!("{:.2}", rate * 0.9),
                words: percent(rate),
            })
        })
        .collect()
}

#[expect(clippy::cast_precision_loss, reason = "numbers of clicks")]
fn drawn(element: &Element, here: &OnDevice, place: Place, most: u64) -> Drawn {
    let clicks = here.counts.clicks;
    let part = |clicks: u64, most: u64| (clicks as f64 / most.max(1) as f64).sqrt();
    let most_in_it = here.points.iter().map(|point| point.clicks).max();
    let dot = |tenth: u8, length: u16| (u32::from(tenth) * 2 + 1) * u32::from(length) / 20;
    let dots = here.points.iter().map(|point| Dot {
        x: u32::from(place.left) + dot(point.x, place.width),
        y: u32::from(place.top) + dot(point.y, place.height),
        radius: format!(
            "{:.1}",
            2.0 + 4.0 * part(point.clicks, most_in_it.unwrap_or_default())
        ),
    });
    // Of a low box nothing would fit.
    let letters = match place.height {
        16.. => (u32::from(place.width) / LETTER) as usize,
        _ => 0,
    };
    Drawn {
        number: element.number,
        place,
        middle: (
            u32::from(place.left) + u32::from(place.width) / 2,
            u32::from(place.top) + u32::from(place.height) / 2,
        ),
        heat: format!(
            "{:.2}",
            if clicks == 0 {
                0.0
            } else {
                0.08 + 0.62 * part(clicks, most)
            }
        ),
        is_clicked: clicks > 0,
        label: cut(&element.name, letters),
        title: format!("{}. {}", element.number, printable(&element.name)),
        dots: dots.collect(),
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a line of at most a few")]
fn listed_as(at: usize, element: &Element, here: &OnDevice, all: u64) -> Listed {
    let counts = &here.counts;
    let share = crate::statistics::rate(counts.clicks, all).unwrap_or_default();
    let figures = match counts.clicks {
        0 if counts.exposed == 0 => "seen by nobody".to_owned(),
        0 => format!("seen by {}, clicked by none", thousands(counts.exposed)),
        _ => format!(
            "{} of the clicks; {} of those who saw it",
            percent(share),
            rate_text(counts.rate, counts.interval)
        ),
    };
    Listed {
        number: element.number,
        top: HEAD + LINE * at as u32,
        name: cut(&element.name, NAME),
        figures,
    }
}
