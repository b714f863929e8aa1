//! What can be typed.

mod ads;
mod audit;
mod funnel;
mod links;
mod messages;
mod page;
mod plan;
mod simulate;
mod upkeep;
mod users;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use snag_analyzer::definitions::StepOrGoal;
use snag_analyzer::{Dimensions, Filters, Format, Moment, Pattern, Step, Unit, Zone};
use url::Url;

pub(crate) use self::ads::{About, Ads, ImportCosts};
pub(crate) use self::audit::{Audit, Findings, Judged};
pub(crate) use self::funnel::{Funnel, FunnelAction, FunnelDefinition, Funnels, Goal, Goals};
pub(crate) use self::links::{LinkChecks, LinksAction};
pub(crate) use self::messages::{Form, Messages, Shown};
pub(crate) use self::page::OnePage;
pub(crate) use self::plan::Planning;
pub(crate) use self::simulate::Simulate;
pub(crate) use self::upkeep::{Backup, Erase, Restore, Retention};
pub(crate) use self::users::Users;

/// Finds where a website trips its visitors, and says how sure it is.
#[derive(Debug, Parser)]
#[command(name = "snag", version, about, max_term_width = 100, after_help = EXIT_CODES)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXIT_CODES: &str = "Exit codes: 0 done; 1 something broke; 2 the command or the configuration is not right; \
3 there is nothing to report (unknown site, no data in the period); 4 the store is out of reach or not set up; \
5 some or all of the input was not taken.";

/// For all commands.
#[derive(Debug, Args)]
#[command(next_help_heading = "For every command")]
pub(crate) struct Global {
    /// Configuration file [default: snag.toml in the working directory, if there is one]
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Directory of spool, salts and embedded engine [default: snag-data]
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) data_dir: Option<PathBuf>,
    /// ClickHouse server instead of the embedded engine; the password comes from SNAG_CLICKHOUSE_PASSWORD
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) clickhouse: Option<String>,
    /// User at the ClickHouse server
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) clickhouse_user: Option<String>,
    /// Database at the ClickHouse server [default: snag]
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) clickhouse_database: Option<String>,
    /// Library of the embedded engine
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) engine_library: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Receive beacons and keep them, until Ctrl-C
    Serve(Serve),
    /// How far visitors get, step by step, and where they abandon
    Funnel(Box<Funnel>),
    /// Funnels that were saved
    #[command(subcommand)]
    Funnels(Funnels),
    /// What visitors are to do
    #[command(subcommand)]
    Goal(Goal),
    /// Goals that were saved
    #[command(subcommand)]
    Goals(Goals),
    /// What is wrong with the site, in the order of what it costs
    Audit(Audit),
    /// What audits found so far, and what is thought of it
    #[command(subcommand)]
    Findings(Findings),
    /// Visitors, visits, pages shown, bounces and duration, beside the stretch before
    Overview(Visits),
    /// Pages: who saw them, who came in and who went out by them
    Pages(Visits),
    /// One page: who sees it, how far down, what they click, what goes wrong on it
    Page(Box<OnePage>),
    /// From page to page: where people went next, or came from
    Paths {
        /// Moves of these pages alone: /cart, '/product/*', https://host/path
        #[arg(long, value_name = "PAGE", value_parser = page)]
        page: Option<Step>,
        /// Where they came from, not where they went
        #[arg(long)]
        back: bool,
        #[command(flatten)]
        visits: Visits,
    },
    /// Visits over time
    Timeline {
        /// How long a stretch is: hour, day, week or month [default: what fits the period]
        #[arg(long, value_name = "UNIT")]
        unit: Option<Unit>,
        /// Where stretches begin, such as Europe/Dublin
        #[arg(long, value_name = "ZONE", default_value = "UTC")]
        zone: Zone,
        #[command(flatten)]
        visits: Visits,
    },
    /// Links, buttons and creatives: seen by whom, clicked by whom, and which are dead; broken pages; clicks that go wrong
    Links(Box<Links>),
    /// What visitors met on pages: errors, dead clicks, slowness; and what it cost
    Trouble {
        /// What counts as a conversion, written like a step of a funnel, or goal:NAME [default: what most came for]
        #[arg(long, value_name = "STEP")]
        goal: Option<StepOrGoal>,
        #[command(flatten)]
        visits: Visits,
    },
    /// Pages that people get lost around: they come back again and again
    Lost {
        /// What visitors are to do, written like a step of a funnel, or goal:NAME [default: what most came for]
        #[arg(long, value_name = "STEP")]
        goal: Option<StepOrGoal>,
        #[command(flatten)]
        visits: Visits,
    },
    /// Forms: how many send them, and at which field the others stop
    Forms(Visits),
    /// What is searched for on the site, and which searches fail
    Searches(Visits),
    /// Gaps in the tracking: pages that never tell of themselves, and silences
    Tracking(Visits),
    /// Ads on the site's own pages: seen by whom, clicked by whom, what came of it, and which does better; campaigns
    /// elsewhere, and what they cost
    Ads(Box<Ads>),
    /// A/B tests: variants told apart by a property, and which does better
    Experiments(Box<Experiments>),
    /// Pages that visits began with
    Entries(Visits),
    /// Pages that visits ended with
    Exits(Visits),
    /// Where visits came from
    Sources {
        /// How sources are told apart
        #[arg(long, value_name = "WORD", default_value = "channel", value_parser = ["channel", "source", "referrer"])]
        by: String,
        #[command(flatten)]
        visits: Visits,
    },
    /// Which campaigns visits came by
    Campaigns {
        /// How campaigns are told apart
        #[arg(
            long,
            value_name = "WORD",
            default_value = "campaign",
            value_parser = ["campaign", "source", "medium", "term", "content", "click-id"]
        )]
        by: String,
        #[command(flatten)]
        visits: Visits,
    },
    /// Where visitors are
    Countries {
        /// How places are told apart
        #[arg(long, value_name = "WORD", default_value = "country", value_parser = ["country", "region", "city"])]
        by: String,
        #[command(flatten)]
        visits: Visits,
    },
    /// What visitors use
    Devices {
        /// How devices are told apart
        #[arg(long, value_name = "WORD", default_value = "device", value_parser = ["device", "browser", "os"])]
        by: String,
        #[command(flatten)]
        visits: Visits,
    },
    /// Who is there now, and on which pages
    Realtime(Now),
    /// Derive anew what is derived from the events
    #[command(subcommand)]
    Rebuild(Rebuild),
    /// Bring in data from files
    #[command(subcommand)]
    Import(Import),
    /// What is told by mail and webhook, to whom and when
    #[command(subcommand)]
    Messages(Messages),
    /// Bring the tables of the store up to this version
    Migrate,
    /// Say what is there and what is missing
    Doctor,
    /// What waits for the store, and what was set aside
    #[command(subcommand)]
    Spool(Spool),
    /// Who has an account at the dashboard
    #[command(subcommand)]
    Users(Users),
    /// Write all that is stored into one file, also beside a running snag serve
    Backup(Backup),
    /// Make the store what it was when a backup was made
    Restore(Restore),
    /// Remove for good what is stored of a site, of one visitor, or before a day
    Erase(Erase),
    /// For how many days the visits of a site are kept
    #[command(subcommand)]
    Retention(Retention),
    /// Print the tag that goes into a website's pages
    Snippet(Snippet),
    /// Open a page and say whether the tag is there and its beacons arrive
    Verify(Verify),
    /// Make up visitors, of a site with known defects or with known habits: into files, or sent to a collector
    Simulate(Box<Simulate>),
}

/// Pages as a step names them.
fn page(text: &str) -> Result<Step, snag_analyzer::Error> {
    format!("page:{text}").parse()
}

/// More than none and less than all.
fn percent(text: &str) -> Result<f64, String> {
    match text.trim_end_matches('%').trim().parse::<f64>() {
        Ok(percent) if percent > 0.0 && percent < 100.0 => Ok(percent),
        _ => Err("write a number above 0 and below 100".to_owned()),
    }
}

/// Where a tag is pasted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Place {
    /// A page's own HTML
    Html,
    /// Google Tag Manager, as a Custom HTML tag
    Gtm,
    /// WordPress, in a theme's functions.php
    Wordpress,
    /// Next.js, in the root layout
    Nextjs,
}

#[derive(Debug, Args)]
pub(crate) struct Snippet {
    /// Site identifier, which the tag carries in data-site
    #[arg(long, value_name = "SITE")]
    pub(crate) site: String,
    /// Where pages reach the collector
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:7624")]
    pub(crate) collector: Url,
    /// Where the tag is pasted
    #[arg(long = "for", value_name = "PLACE", default_value = "html")]
    pub(crate) place: Place,
    /// Put the hash of this version's loader into the tag: browsers then load nothing else, and the tag has to be renewed
    /// whenever the collector is updated
    #[arg(long)]
    pub(crate) integrity: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// The page
    #[arg(value_name = "URL")]
    pub(crate) url: Url,
    /// Chromium or Chrome [default: the first of chromium, chromium-browser, google-chrome that is there]
    #[arg(long, value_name = "FILE")]
    pub(crate) browser: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Address to receive beacons at; port 0 takes a free one [default: 127.0.0.1:7624]
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) listen: Option<SocketAddr>,
    /// One more address at which ClickHouse tools may read the embedded engine
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) sql_listen: Option<SocketAddr>,
    /// Network of proxies whose word about the visitor's address is believed; may be repeated
    #[arg(long = "trusted-proxy", value_name = "NETWORK")]
    pub(crate) trusted_proxies: Vec<ipnet::IpNet>,
}

#[derive(Debug, Args)]
pub(crate) struct Visits {
    /// Site identifier, as in data-site
    #[arg(long, value_name = "SITE")]
    pub(crate) site: String,
    /// First day, 2026-01-31, or time, in which visits began [default: all there is]
    #[arg(long, value_name = "DATE")]
    pub(crate) from: Option<Moment>,
    /// Last day, included, or time
    #[arg(long, value_name = "DATE")]
    pub(crate) to: Option<Moment>,
    /// Only visits for which this holds: 'device=mobile,country!=DE'; may be repeated
    #[arg(long = "where", value_name = "FILTER")]
    pub(crate) filters: Vec<Filters>,
    /// Rows at most
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) limit: u32,
    /// How to print
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct Experiments {
    /// What tells the variants apart: props.variant
    #[arg(long, value_name = "NAMES")]
    pub(crate) variants: Dimensions,
    /// Which events are exposures, written like a step of a funnel [default: all that have a variant]
    #[arg(long, value_name = "STEP")]
    pub(crate) exposure: Option<Step>,
    /// What visitors are to do, written like a step of a funnel, or goal:NAME
    #[arg(long, value_name = "STEP")]
    pub(crate) goal: StepOrGoal,
    /// Chance did not choose the variants: a difference is an association, and compared within devices
    #[arg(long)]
    pub(crate) not_randomised: bool,
    #[command(flatten)]
    pub(crate) planning: Planning,
    #[command(flatten)]
    pub(crate) visits: Visits,
}

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct Links {
    #[command(subcommand)]
    pub(crate) action: Option<LinksAction>,
    /// Links of these pages alone: /cart, '/product/*', https://host/path
    #[arg(long, value_name = "PAGE", value_parser = page)]
    pub(crate) page: Option<Step>,
    /// Pages that count as one: '/product/*'; may be repeated [default: those with ten siblings and more below the first
    /// level]
    #[arg(long = "group", value_name = "PATTERN")]
    pub(crate) groups: Vec<Pattern>,
    /// The rate, in percent of those who saw it, below which a link is dead
    #[arg(long, value_name = "PERCENT", default_value_t = 0.5, value_parser = percent)]
    pub(crate) threshold: f64,
    #[command(flatten)]
    pub(crate) visits: Option<Visits>,
}

#[derive(Debug, Args)]
pub(crate) struct Now {
    /// Site identifier, as in data-site
    #[arg(long, value_name = "SITE")]
    pub(crate) site: String,
    /// Rows at most
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) limit: u32,
    /// How to print
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub(crate) format: Format,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Rebuild {
    /// The visits that reports rest on
    Sessions {
        /// Of this site alone
        #[arg(long, value_name = "SITE")]
        site: Option<String>,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Import {
    /// Newline-delimited JSON, one event a line; .gz and .zst are read as they are
    Events(ImportFiles),
    /// What pages sent, one batch a line with when and from whom it came: {"time":…,"visitor":…,"user_agent":…,"country":…,
    /// "body":{"v":2,…}}; .gz and .zst are read as they are
    Recordings(ImportFiles),
    /// What ads cost, by day and campaign: CSV exports of Google Ads, Meta and Microsoft Advertising, or one's own
    Costs(ImportCosts),
}

#[derive(Debug, Args)]
pub(crate) struct ImportFiles {
    /// Files; - is standard input
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// With one bad line in a file nothing of it goes in
    #[arg(long)]
    pub(crate) strict: bool,
    /// How many bad lines to list
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub(crate) list: usize,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Spool {
    /// All segments: open, waiting for the store, rejected by it, and damaged bytes
    List,
    /// What is in one, and why it was set aside
    Show {
        /// Its name, as listed
        #[arg(value_name = "NAME")]
        name: String,
    },
    /// Put rejected segments back among those that are shipped; nothing is stored twice
    Retry(Chosen),
    /// Remove what was set aside, for good
    Drop(Chosen),
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct Chosen {
    /// Names, as listed
    #[arg(value_name = "NAME")]
    pub(crate) names: Vec<String>,
    /// All that were set aside
    #[arg(long)]
    pub(crate) all: bool,
}
