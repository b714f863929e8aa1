//! Worlds: a site, the people who come to it, and what is wrong with it, described in one TOML file.
//!
//! Invariant: a [`World`] that was read is sound: every page, field and browser it names is there, every share is a share;
//! unknown keys are errors. It draws nothing; what it describes is walked in [`walk`].
//!
//! In the file any number may be a range to draw from, `"0.2..0.4"`; of a set as many names are drawn as it counts, and
//! what says `each = "product"` stands there once for each of them, `{product}` being the name as in addresses and
//! `{Product}` as people write it. What a file leaves out of `visitors`, `devices`, `countries`, `sources`, `bots` and
//! `rhythm` is as in `families/people.toml`. A world that was drawn and written has no ranges and sets any more.

mod calendar;
mod check;
mod defect;
mod fill;
mod luck;
mod page;
mod people;
mod plant;
mod record;
mod run;
mod send;
mod sheet;
mod site;
mod stroll;
mod template;
mod told;
mod toll;
mod walk;

use std::path::Path;

use serde::{Deserialize, Serialize};
use url::Url;

use crate::Error;

pub use defect::{Defect, DefectKind};
pub use page::{Control, Creative, Event, Failure, Field, Form, Link, Page, Placement, Search};
pub use people::{Bot, Country, Device, Rhythm, Source, Task, Visitors};
pub use plant::plant;
pub use run::{Period, Run, simulate};
pub use send::send;
pub use template::FAMILIES;
pub use toll::{Planted, WorldTruth};

/// A site, its visitors and its defects.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct World {
    /// Site identifier, as in `data-site`.
    pub site: String,
    /// What kind of site it is.
    pub family: String,
    /// Scheme and host of its pages.
    pub origin: Url,
    /// What visitors are to do, as a step of `snag funnel`: the event that a conversion reports.
    pub goal: String,
    /// The way there, as steps of `snag funnel`.
    pub funnel: Vec<String>,
    /// When people come.
    pub rhythm: Rhythm,
    /// What all visitors have in common.
    pub visitors: Visitors,
    /// What they hold in their hands.
    pub devices: Vec<Device>,
    /// Where they live.
    pub countries: Vec<Country>,
    /// Where they come from.
    pub sources: Vec<Source>,
    /// Who is no person.
    #[serde(default)]
    pub bots: Vec<Bot>,
    /// What they came for.
    pub tasks: Vec<Task>,
    /// The search of the site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub search: Option<Search>,
    /// Links on every page that is not bare.
    #[serde(default)]
    pub everywhere: Vec<Link>,
    /// The pages.
    pub pages: Vec<Page>,
    /// What is wrong; where a place is left out, one is drawn.
    #[serde(default)]
    pub defects: Vec<Defect>,
}

impl World {
    /// Reads a world and draws what its file leaves open.
    ///
    /// # Errors
    /// [`Error::Read`], [`Error::Toml`], or [`Error::Habits`] with the place and the mend.
    pub fn read(path: &Path, seed: u64) -> Result<Self, Error> {
        let text = std::fs::read_to_string(path).map_err(|source| Error::Read {
            path: path.to_owned(),
            source,
        })?;
        Self::draw(&text, path, seed)
    }

    /// A site of one of [`FAMILIES`]; another seed gives another one.
    ///
    /// # Errors
    /// [`Error::Habits`] where there is no such family.
    pub fn of_family(name: &str, seed: u64) -> Result<Self, Error> {
        let (_, text) = FAMILIES
            .iter()
            .find(|(known, _)| *known == name)
            .ok_or_else(|| Error::Habits {
                place: "family".to_owned(),
                problem: format!("there is none named {name:?}"),
                mend: format!(
                    "choose one of {}",
                    FAMILIES.map(|(known, _)| known).join(", ")
                ),
            })?;
        Self::draw(text, Path::new(name), seed)
    }

    fn draw(text: &str, path: &Path, seed: u64) -> Result<Self, Error> {
        let drawn = template::draw(text, path, seed)?;
        let mut world: Self =
            serde_path_to_error::deserialize(drawn).map_err(|error| Error::Habits {
                place: match error.path().to_string().as_str() {
                    "." => path.display().to_string(),
                    within => format!("{}: {within}", path.display()),
                },
                problem: error.inner().to_string().trim_end().to_owned(),
                mend: "write it as the files in simulator/families do".to_owned(),
            })?;
        world.check()?;
        let wanted = std::mem::take(&mut world.defects);
        world.defects = plant::place(&world, wanted, seed)?;
        Ok(world)
    }

    /// The name of the event that a conversion reports.
    pub(crate) fn goal_event(&self) -> &str {
        self.goal.strip_prefix("event:").unwrap_or(&self.goal)
    }

    pub(crate) fn page(&self, path: &str) -> Option<&Page> {
        self.pages.iter().find(|page| page.path == path)
    }

    pub(crate) fn page_mut(&mut self, path: &str) -> Option<&mut Page> {
        self.pages.iter_mut().find(|page| page.path == path)
    }
}
