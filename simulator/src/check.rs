//! Whether habits make sense. Every complaint names its place in the file and the mend.

use std::collections::BTreeMap;

use snag_beacon::limits;

use crate::habits::{Clicked, ElementHabit, EventHabit, Page};
use crate::{Error, Habits};

/// Shares are written by hand: thirds that sum to 1.0000000001 are no mistake.
const SLACK: f64 = 1e-9;

impl Habits {
    pub(crate) fn check(&self) -> Result<(), Error> {
        let site_is_sound = !self.site.is_empty()
            && self.site.len() <= limits::SITE_BYTES
            && self
                .site
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
        ensure(
            site_is_sound,
            "site",
            "is no site identifier",
            "use up to 64 letters, digits, \".\", \"_\" and \"-\"",
        )?;
        let origin_is_bare = matches!(self.origin.scheme(), "http" | "https")
            && self.origin.path() == "/"
            && self.origin.query().is_none();
        ensure(
            origin_is_bare,
            "origin",
            "is more or less than an origin",
            "write it as https://shop.example",
        )?;
        ensure(
            !self.spread.is_negative(),
            "spread",
            "is negative",
            "write how far back visits lie, like \"6h\"",
        )?;
        ensure(
            self.most_pages > 0,
            "most_pages",
            "is 0",
            "let a visitor see one page at least",
        )?;
        share("ipv6", self.ipv6)?;
        let sound_steps = (1..=20).contains(&self.steps.len());
        ensure(
            sound_steps,
            "funnel",
            "has no step, or more than 20",
            "write 1 to 20 steps into that file, one a line",
        )?;
        weights("devices", self.devices.iter().map(|device| device.share))?;
        weights("sources", self.sources.iter().map(|source| source.share))?;
        for (at, source) in self.sources.iter().enumerate() {
            weights(
                &format!("sources[{at}].lands"),
                source.lands.values().copied(),
            )?;
            for landing in source.lands.keys() {
                known(
                    &format!("sources[{at}].lands"),
                    "page",
                    landing,
                    &self.pages,
                    "pages",
                )?;
            }
        }
        for (name, element) in &self.elements {
            self.check_element(name, element)?;
        }
        self.pages
            .iter()
            .try_for_each(|(path, page)| self.check_page(path, page))
    }

    fn check_element(&self, name: &str, element: &ElementHabit) -> Result<(), Error> {
        let place = format!("elements.{name}");
        ensure(
            !element.selector.is_empty() && !element.tag.is_empty(),
            &place,
            "has no selector or no tag",
            "write both",
        )?;
        ensure(
            self.origin.join(&element.href).is_ok(),
            &place,
            "has a href that is no address",
            "write a path or a whole address",
        )
    }

    fn check_page(&self, path: &str, page: &Page) -> Result<(), Error> {
        let place = format!("pages.{path:?}");
        ensure(
            path.starts_with('/') && !path.contains(['?', '#']),
            &place,
            "is no path",
            "begin it with / and leave the query to `to`",
        )?;
        let dwell = page.dwell;
        ensure(
            dwell.median.is_finite()
                && dwell.median > 0.0
                && dwell.spread.is_finite()
                && dwell.spread >= 0.0,
            &format!("{place}.dwell"),
            "is no time",
            "give a median above 0 s and a spread of 0 or more",
        )?;
        for (at, event) in page.events.iter().enumerate() {
            check_event(&format!("{place}.events[{at}]"), event)?;
        }
        for (
            at,
            Clicked {
                element,
                share: part,
                ..
            },
        ) in page.clicks.iter().enumerate()
        {
            let place = format!("{place}.clicks[{at}]");
            share(&place, *part)?;
            known(&place, "element", element, &self.elements, "elements")?;
        }
        self.check_shown(&place, page)?;
        for (at, way) in page.moves.iter().enumerate() {
            let place = format!("{place}.moves[{at}]");
            share(&place, way.share)?;
            known(&place, "page", way.path(), &self.pages, "pages")?;
            way.by
                .iter()
                .try_for_each(|name| known(&place, "element", name, &self.elements, "elements"))?;
        }
        let sum: f64 = page.moves.iter().map(|way| way.share).sum();
        ensure(
            sum <= 1.0 + SLACK,
            &format!("{place}.moves"),
            &format!("have shares that sum to {sum:.3}, over 1"),
            "take some away: what is left of 1 leaves the site",
        )
    }
}

impl Habits {
    /// What is on a page, and its form.
    fn check_shown(&self, place: &str, page: &Page) -> Result<(), Error> {
        let element =
            |place: &str, name: &str| known(place, "element", name, &self.elements, "elements");
        for shown in page.shows.iter().chain(&self.everywhere) {
            share(&format!("{place}.shows"), shown.seen)?;
            element(&format!("{place}.shows"), &shown.element)?;
        }
        for name in &page.rotates {
            element(&format!("{place}.rotates"), name)?;
        }
        let Some(form) = &page.form else {
            return Ok(());
        };
        let place = format!("{place}.form");
        element(&place, &form.submit)?;
        for field in &form.fields {
            share(&place, field.stops)?;
            element(&place, &field.element)?;
        }
        let sum: f64 = form.fields.iter().map(|field| field.stops).sum();
        ensure(
            sum <= 1.0 + SLACK,
            &place,
            &format!("has fields whose stops sum to {sum:.3}, over 1"),
            "take some away: what is left of 1 touches none",
        )
    }
}

fn check_event(place: &str, event: &EventHabit) -> Result<(), Error> {
    share(place, event.share)?;
    let name_fits = !event.name.is_empty() && event.name.len() <= limits::NAME_BYTES;
    ensure(
        name_fits,
        place,
        "has no name, or too long a one",
        "name it in up to 120 bytes",
    )?;
    let ordered = event
        .value
        .is_none_or(|(least, most)| least.is_finite() && most.is_finite() && least <= most);
    ensure(
        ordered,
        place,
        "has a value from more to less",
        "write the least value first",
    )?;
    ensure(
        event.props.len() <= limits::PROPS,
        place,
        "has too many props",
        "keep to 30",
    )
}

fn ensure(sound: bool, place: &str, problem: &str, mend: &str) -> Result<(), Error> {
    if sound {
        return Ok(());
    }
    Err(Error::Habits {
        place: place.to_owned(),
        problem: problem.to_owned(),
        mend: mend.to_owned(),
    })
}

fn share(place: &str, share: f64) -> Result<(), Error> {
    ensure(
        (0.0..=1.0).contains(&share),
        place,
        &format!("has a share of {share}"),
        "write a number from 0 to 1",
    )
}

fn weights(place: &str, mut weights: impl Iterator<Item = f64>) -> Result<(), Error> {
    let sum = weights.try_fold(0.0, |sum, weight| {
        (weight.is_finite() && weight >= 0.0).then_some(sum + weight)
    });
    ensure(
        sum.is_some_and(|sum| sum > 0.0),
        place,
        "have shares that are negative, or none above 0",
        "give one at least a share above 0",
    )
}

fn known<T>(
    place: &str,
    what: &str,
    name: &str,
    among: &BTreeMap<String, T>,
    table: &str,
) -> Result<(), Error> {
    if among.contains_key(name) {
        return Ok(());
    }
    let close = among
        .keys()
        .map(|key| (strsim::jaro_winkler(key, name), key))
        .max_by(|left, right| left.0.total_cmp(&right.0))
        .filter(|(likeness, _)| *likeness > 0.8);
    let add = format!("add [{table}.{name:?}]");
    let mend = close.map_or_else(
        || add.clone(),
        |(_, key)| format!("did you mean {key:?}? else {add}"),
    );
    ensure(false, place, &format!("{what} {name:?} is unknown"), &mend)
}

#[cfg(test)]
pub(crate) mod tests;
