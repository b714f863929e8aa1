//! Funnels and goals, given and saved.

use std::str::FromStr;

use clap::{Args, Subcommand};
use snag_analyzer::definitions::{Name, StepOrGoal};
use snag_analyzer::{
    Attribution, Compare, Dimensions, Exclusion, Filters, Format, Histogram, Moment, Order, Step,
    Trend, Window,
};

use super::Visits;

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct Funnel {
    #[command(subcommand)]
    pub(crate) action: Option<FunnelAction>,
    /// Name of a saved funnel, instead of steps
    #[arg(value_name = "NAME", conflicts_with_all = ["steps", "order", "window", "exclusions"])]
    pub(crate) name: Option<Name>,
    /// Site identifier, as in data-site
    #[arg(long, value_name = "SITE", required = true)]
    pub(crate) site: Option<String>,
    #[command(flatten)]
    pub(crate) definition: FunnelDefinition,
    /// First day, 2026-01-31, or time [default: all there is]
    #[arg(long, value_name = "DATE")]
    pub(crate) from: Option<Moment>,
    /// Last day, included, or time
    #[arg(long, value_name = "DATE")]
    pub(crate) to: Option<Moment>,
    /// The same funnel for each value of these: device, or country,props.plan
    #[arg(long, value_name = "NAMES")]
    pub(crate) by: Option<Dimensions>,
    /// Whose value a visitor has: first, last, step:2, or all for a funnel over the events of each value [default: first]
    #[arg(long, value_name = "WHICH", requires = "by")]
    pub(crate) attribution: Option<Attribution>,
    /// Times between two steps, as 1..3
    #[arg(long, value_name = "A..B")]
    pub(crate) histogram: Option<Histogram>,
    /// In how many bins, 1 to 1000 [default: the cube root of the number of visitors]
    #[arg(long, value_name = "N", requires = "histogram", value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub(crate) bins: Option<u16>,
    /// The same funnel for each day or week in which visitors began
    #[arg(long, value_name = "day|week")]
    pub(crate) trend: Option<Trend>,
    /// Beside it that of the period before (previous), or of other filters in place of those of --where
    #[arg(long, value_name = "previous|FILTER")]
    pub(crate) compare: Option<Compare>,
    /// Where those go who leave, and of the step that loses most what they met and at which field they stopped; ordered
    /// funnels only, and takes longer
    #[arg(long)]
    pub(crate) why: bool,
    /// How to print
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub(crate) format: Format,
}

/// What belongs to the definition of a funnel.
#[derive(Debug, Args)]
pub(crate) struct FunnelDefinition {
    /// A step: page:/cart, page:/product/*, page~^/p/[0-9]+$, url~step=2, click:'#pay', event:purchase, goal:signup, any:,
    /// each but a goal with an optional filter in brackets such as event:purchase[plan=pro], and with ? at the end if it may
    /// be left out; repeat for 2 to 20 steps
    #[arg(long = "step", value_name = "STEP", required_unless_present = "name")]
    pub(crate) steps: Vec<Typed<StepOrGoal>>,
    /// How steps follow each other: ordered (others may lie between), strict (none), any (as it comes) [default: ordered]
    #[arg(long, value_name = "ORDER")]
    pub(crate) order: Option<Typed<Order>>,
    /// Time from the first step within which the others count, 1s to 90d: 300s, 30m, 12h, 14d [default: 14d]
    #[arg(long, value_name = "TIME")]
    pub(crate) window: Option<Typed<Window>>,
    /// What must not happen on the way, written like a step: event:login@1..2 between steps 1 and 2, without @ from the
    /// first to the last; may be repeated
    #[arg(long = "exclude", value_name = "STEP[@A..B]")]
    pub(crate) exclusions: Vec<Typed<Exclusion>>,
    /// Only events for which this holds: 'device=mobile,country!=DE,path~^/blog/'; may be repeated, and beside a saved
    /// funnel holds as well as its own
    #[arg(long = "where", value_name = "FILTER")]
    pub(crate) filters: Vec<Typed<Filters>>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum FunnelAction {
    /// Keep a funnel under a name; one that has it is replaced
    Save {
        /// Letters, digits, - and _
        #[arg(value_name = "NAME")]
        name: Name,
        /// Site identifier, as in data-site
        #[arg(long, value_name = "SITE")]
        site: String,
        #[command(flatten)]
        definition: FunnelDefinition,
    },
}

/// What was typed, and what it means.
#[derive(Debug, Clone)]
pub(crate) struct Typed<T> {
    pub(crate) given: String,
    pub(crate) value: T,
}

impl<T: FromStr> FromStr for Typed<T> {
    type Err = T::Err;

    fn from_str(text: &str) -> Result<Self, T::Err> {
        Ok(Self {
            given: text.to_owned(),
            value: text.parse()?,
        })
    }
}

/// What was saved of a site.
#[derive(Debug, Subcommand)]
pub(crate) enum Funnels {
    /// The saved ones
    List(Listed),
    /// Forget one
    Delete(Named),
    /// Proposes some, backwards from goals, form submits and purchases
    Discover(Visits),
}

#[derive(Debug, Subcommand)]
pub(crate) enum Goals {
    /// The saved ones
    List(Listed),
    /// Forget one
    Delete(Named),
}

#[derive(Debug, Subcommand)]
pub(crate) enum Goal {
    /// Keep a goal under a name; one that has it is replaced
    Save {
        #[command(flatten)]
        named: Named,
        /// What visitors are to do, written like a step of a funnel: event:purchase, page:/thanks
        #[arg(long, value_name = "STEP")]
        step: Step,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Listed {
    /// Site identifier, as in data-site
    #[arg(long, value_name = "SITE")]
    pub(crate) site: String,
    /// How to print
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct Named {
    /// Letters, digits, - and _
    #[arg(value_name = "NAME")]
    pub(crate) name: Name,
    /// Site identifier, as in data-site
    #[arg(long, value_name = "SITE")]
    pub(crate) site: String,
}
