//! Whether a world makes sense; what does not is told with its place and the mend.

use std::collections::BTreeSet;

use super::site::meets;
use super::{Page, World};
use crate::Error;

/// Elements a page may have, so that what is told of it fits into one batch.
const MOST_ELEMENTS: usize = 120;

fn wrong<T>(place: String, problem: impl Into<String>, mend: &str) -> Result<T, Error> {
    Err(Error::Habits {
        place,
        problem: problem.into(),
        mend: mend.to_owned(),
    })
}

/// A number that is wrong: what it is called, itself, its greatest value.
fn number(place: &str, name: &str, value: f64, most: f64) -> Result<(), Error> {
    match (0.0..=most).contains(&value) {
        true => Ok(()),
        false => wrong(
            format!("{place}.{name}"),
            format!("is {value}"),
            &format!("write a number from 0 to {most}"),
        ),
    }
}

impl World {
    /// Checks everything that walking relies on.
    pub(super) fn check(&self) -> Result<(), Error> {
        let host =
            self.origin.host_str().is_some() && matches!(self.origin.scheme(), "http" | "https");
        if !host {
            return wrong("origin".into(), "is no site", "write https://host");
        }
        let is_site = |site: &str| {
            let mut bytes = site.bytes();
            (1..=64).contains(&site.len())
                && bytes.all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
        };
        if !is_site(&self.site) {
            return wrong(
                "site".into(),
                "is no name of a site",
                "use letters, digits, dots and hyphens",
            );
        }
        if self.rhythm.hours.len() != 24 || self.rhythm.days.len() != 7 {
            return wrong(
                "rhythm".into(),
                "is not of a day and a week",
                "write 24 hours and 7 days",
            );
        }
        let visitors = &self.visitors;
        for (name, value, most) in [
            ("returning", visitors.returning, 0.95),
            ("attention", visitors.attention, 50.0),
            ("scent", visitors.scent, 1000.0),
            ("learning", visitors.learning, 0.3),
            ("patience", visitors.patience, 2.0),
        ] {
            number("visitors", name, value, most)?;
        }
        for (name, weights) in [
            ("rhythm.hours", self.rhythm.hours.clone()),
            ("rhythm.days", self.rhythm.days.clone()),
            (
                "devices",
                self.devices.iter().map(|device| device.share).collect(),
            ),
            (
                "countries",
                self.countries.iter().map(|country| country.share).collect(),
            ),
            (
                "sources",
                self.sources.iter().map(|source| source.share).collect(),
            ),
            ("tasks", self.tasks.iter().map(|task| task.share).collect()),
        ] {
            let sum: f64 = weights.iter().sum();
            if !(sum > 0.0 && sum.is_finite()) || weights.iter().any(|weight| *weight < 0.0) {
                return wrong(
                    name.into(),
                    "has no weight above 0, or one below",
                    "write weights above 0",
                );
            }
        }
        let is_code =
            |code: &str| code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase());
        if let Some(country) = self
            .countries
            .iter()
            .find(|country| !is_code(&country.code))
        {
            return wrong(
                format!("countries.{}", country.code),
                "is no code",
                "write two capitals: IE",
            );
        }
        let mut paths = BTreeSet::new();
        for (index, page) in self.pages.iter().enumerate() {
            if !page.path.starts_with('/') || page.path.contains(['?', '*', '#']) {
                return wrong(format!("pages[{index}].path"), "is no path", "write /cart");
            }
            if !paths.insert(&*page.path) {
                return wrong(
                    format!("pages[{index}].path"),
                    format!("{} is there twice", page.path),
                    "leave one out",
                );
            }
        }
        for page in &self.pages {
            self.check_page(page)?;
        }
        self.check_aims()
    }

    fn check_page(&self, page: &Page) -> Result<(), Error> {
        let place = format!("page {}", page.path);
        for (name, value, most) in [
            ("screens", page.screens, 100.0),
            ("load", page.load, 60_000.0),
            ("dwell", page.dwell, 1200.0),
            ("leave", page.leave, 1.0),
            ("clarity", page.clarity, 1.0),
        ] {
            number(&place, name, value, most)?;
        }
        let mut ids = BTreeSet::new();
        let mut twice = None;
        let mut note = |id: &str| {
            if !ids.insert(id.to_owned()) {
                twice = Some(id.to_owned());
            }
        };
        let everywhere = self.everywhere.iter().filter(|_| !page.bare);
        for link in page.links.iter().chain(everywhere) {
            if self.page(&link.to).is_none() {
                return wrong(
                    format!("{place}, link {}", link.id),
                    format!("leads to {}, which is no page", link.to),
                    "describe it in [[pages]]",
                );
            }
            let place = format!("{place}, link {}", link.id);
            number(&place, "at", link.at, 100.0)?;
            number(&place, "pull", link.pull, 1e6)?;
            number(&place, "broken", link.broken, 1.0)?;
            note(&link.id);
        }
        for control in &page.controls {
            let place = format!("{place}, control {}", control.id);
            number(&place, "share", control.share, 1.0)?;
            number(&place, "dead", control.dead, 1.0)?;
            number(&place, "late", control.late, 1.0)?;
            note(&control.id);
        }
        for ads in &page.ads {
            let place = format!("{place}, ads {}", ads.placement);
            if ads.creatives.is_empty() {
                return wrong(place, "has no creatives", "describe one at least");
            }
            for creative in &ads.creatives {
                number(
                    &format!("{place}, {}", creative.ad),
                    "rate",
                    creative.rate,
                    1.0,
                )?;
                if self.page(&creative.to).is_none() {
                    return wrong(
                        format!("{place}, {}", creative.ad),
                        format!("leads to {}, which is no page", creative.to),
                        "describe it in [[pages]]",
                    );
                }
                note(&format!("ad-{}", creative.ad));
            }
        }
        if let Some(form) = &page.form {
            let place = format!("{place}, form {}", form.id);
            if self.page(&form.to).is_none() {
                return wrong(
                    place,
                    format!("leads to {}, which is no page", form.to),
                    "describe it in [[pages]]",
                );
            }
            number(&place, "at", form.at, 100.0)?;
            note(&form.id);
            note(&form.submit);
            for field in &form.fields {
                let place = format!("{place}, field {}", field.name);
                number(&place, "stops", field.stops, 1.0)?;
                number(&place, "slips", field.slips, 1.0)?;
                number(&place, "rejects", field.rejects, 1.0)?;
                number(&place, "seconds", field.seconds, 600.0)?;
                note(&field.name);
            }
        }
        match twice {
            Some(id) => wrong(
                place,
                format!("has two elements {id}"),
                "give each an id of its own",
            ),
            None if ids.len() > MOST_ELEMENTS => wrong(
                place,
                format!("has {} elements", ids.len()),
                &format!("describe at most {MOST_ELEMENTS}"),
            ),
            None => Ok(()),
        }
    }

    fn check_aims(&self) -> Result<(), Error> {
        for task in &self.tasks {
            if !task.target.is_empty() && self.page(&task.target).is_none() {
                return wrong(
                    format!("task {}.target", task.name),
                    format!("{} is no page", task.target),
                    "name a page's path, or leave it out",
                );
            }
            let lands = task.lands.keys();
            let nowhere =
                lands.filter(|land| !self.pages.iter().any(|page| meets(land, &page.path)));
            if let Some(land) = nowhere.into_iter().next() {
                return wrong(
                    format!("task {}.lands", task.name),
                    format!("no page is {land}"),
                    "name pages' paths with their weights",
                );
            }
            if task.lands.values().sum::<f64>() <= 0.0 {
                return wrong(
                    format!("task {}.lands", task.name),
                    "has no weight above 0",
                    "name pages' paths with their weights",
                );
            }
        }
        if let Some(search) = &self.search {
            number("search", "share", search.share, 1.0)?;
            number("search", "fails", search.fails, 1.0)?;
            number("search", "at", search.at, 100.0)?;
        }
        if let Some(search) = &self.search
            && (self.page(&search.to).is_none() || search.terms.is_empty())
        {
            return wrong(
                "search".into(),
                "has no page of results or no terms",
                "name a page's path and some terms",
            );
        }
        let mut events = self.pages.iter().filter_map(|page| page.event.as_ref());
        if !events.any(|event| event.name == self.goal_event()) {
            return wrong(
                "goal".into(),
                format!("no page reports {}", self.goal_event()),
                "write it as event:NAME, with NAME the event of a page",
            );
        }
        if let Some(defect) = self
            .defects
            .iter()
            .find(|defect| !(0.0..=1.0).contains(&defect.strength))
        {
            return wrong(
                "defects.strength".into(),
                format!("is {}", defect.strength),
                "write a number from 0 to 1",
            );
        }
        Ok(())
    }
}
