//! Goals: what a site wants its visitors to do, each one step.

use std::str::FromStr;

use clickhouse::Row;
use serde::{Deserialize, Serialize};
use snag_store::Store;

use super::{Name, instead, of, unknown};
use crate::Error;
use crate::format::{Cell, Column, Measure, Report, thousands};
use crate::step::{Step, without_mark};

const LIST: &str = "SELECT name, step FROM goals FINAL WHERE site = {site:String} ORDER BY name";
const WRITE: &str = "INSERT INTO goals SELECT {site:String}, {name:String}, {step:String}, \
                     toUnixTimestamp64Nano(now64(9)), {is_deleted:UInt8}";

/// A goal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Row, Deserialize)]
pub struct Goal {
    /// Its name.
    pub name: String,
    /// Its step, as it was written.
    pub step: String,
}

/// The goals of a site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Goals {
    /// Identifier of the site.
    pub site: String,
    headline: String,
    /// By their names.
    pub goals: Vec<Goal>,
}

/// The goals of a site by their names.
///
/// # Errors
/// [`Error::Store`].
pub async fn goals(store: &Store, site: &str) -> Result<Goals, Error> {
    let goals: Vec<Goal> = store
        .client()
        .query(LIST)
        .param("site", site)
        .fetch_all()
        .await?;
    let headline = match goals.len() {
        1 => format!("{site} has one goal"),
        count => format!("{site} has {} goals", thousands(count as u64)),
    };
    Ok(Goals {
        site: site.to_owned(),
        headline,
        goals,
    })
}

/// Saves a goal; whether it replaced one.
///
/// # Errors
/// [`Error::Usage`] for a step that may be left out, [`Error::Store`].
pub async fn save_goal(store: &Store, site: &str, name: &Name, step: &Step) -> Result<bool, Error> {
    if step.optional {
        return Err(Error::usage(
            format!("the goal {:?} may be left out", step.to_string()),
            "take away its question mark",
        ));
    }
    let is_there = is_there(store, site, name).await?;
    write(store, site, name, &step.to_string(), 0).await?;
    Ok(is_there)
}

/// Deletes a goal.
///
/// # Errors
/// [`Error::Missing`] where there is none of that name, [`Error::Store`].
pub async fn delete_goal(store: &Store, site: &str, name: &Name) -> Result<(), Error> {
    if !is_there(store, site, name).await? {
        let known = goals(store, site).await?.goals;
        let known = known.into_iter().map(|goal| goal.name).collect();
        return Err(unknown("goal", site, &name.0, known));
    }
    write(store, site, name, "", 1).await
}

async fn is_there(store: &Store, site: &str, name: &Name) -> Result<bool, Error> {
    let known = goals(store, site).await?.goals;
    Ok(known.iter().any(|goal| goal.name == name.0))
}

async fn write(
    store: &Store,
    site: &str,
    name: &Name,
    step: &str,
    is_deleted: u8,
) -> Result<(), Error> {
    let query = of(store, WRITE, site, name)
        .param("step", step)
        .param("is_deleted", is_deleted);
    Ok(query.execute().await?)
}

/// A step, or the name of a goal that stands for one: `goal:signup`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StepOrGoal {
    /// A step.
    Step(Step),
    /// A goal, as it was written and by its name, and whether it may be left out.
    Goal {
        /// As it was written.
        given: String,
        /// Its name.
        name: String,
        /// Whether it may be left out.
        optional: bool,
    },
}

impl FromStr for StepOrGoal {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let given = text.trim();
        let (plain, optional) = without_mark(given);
        match plain.strip_prefix("goal:") {
            None => Ok(Self::Step(given.parse()?)),
            Some(name) => Ok(Self::Goal {
                given: given.to_owned(),
                name: name.trim().to_owned(),
                optional,
            }),
        }
    }
}

/// The steps, with those of goals in place of their names.
///
/// # Errors
/// [`Error::Usage`] where a goal is not there, [`Error::Store`].
pub async fn steps(store: &Store, site: &str, given: Vec<StepOrGoal>) -> Result<Vec<Step>, Error> {
    let has_goals = given
        .iter()
        .any(|step| matches!(step, StepOrGoal::Goal { .. }));
    let known = match has_goals {
        true => goals(store, site).await?.goals,
        false => Vec::new(),
    };
    let step = |given| match given {
        StepOrGoal::Step(step) => Ok(step),
        StepOrGoal::Goal {
            given,
            name,
            optional,
        } => match known.iter().find(|goal| goal.name == name) {
            Some(goal) => Ok(goal.step.parse::<Step>()?.called(given, optional)),
            None => {
                let known = known.iter().map(|goal| goal.name.clone()).collect();
                // It is the request that names it.
                let mend = instead("goal", site, &name, known);
                Err(Error::usage(format!("no goal {name:?}"), mend))
            }
        },
    };
    given.into_iter().map(step).collect()
}

const COLUMNS: [Column; 2] = [
    Column::both("Goal", "name", Measure::Text),
    Column::both("Step", "step", Measure::Text),
];

impl Report for Goals {
    fn headline(&self) -> &str {
        &self.headline
    }

    fn columns(&self) -> &[Column] {
        &COLUMNS
    }

    fn rows(&self) -> Vec<Vec<Cell>> {
        let cells =
            |goal: &Goal| vec![Cell::Text(goal.name.clone()), Cell::Text(goal.step.clone())];
        self.goals.iter().map(cells).collect()
    }

    fn notes(&self) -> &[String] {
        &[]
    }
}
