//! `snag ads`: creatives, which does better, campaigns elsewhere, and what conversions are owed to.

use std::time::Duration;

use anyhow::{Context as _, Result};
use snag_analyzer::{AdsRequest, Arms, AttributionRequest, CampaignsRequest, Error, Window};

use super::visits::{self, Which};
use crate::cli::{About, Ads};
use crate::config::{Config, Environment};
use crate::exit::Exit;

/// How long before a conversion a visit may be (METRICS.md, Ads).
const WINDOW: Duration = Duration::from_secs(30 * 86_400);

/// Prints the report that is asked for.
pub(crate) async fn run(asked: Ads, config: &Config, environment: &Environment) -> Result<Exit> {
    check(&asked)?;
    let window = match asked.window {
        Some(window) => window,
        None => Window::try_from(WINDOW)?,
    };
    let conversion = asked.conversion;
    let plan = asked.planning.request();
    let creatives = |conversion| AdsRequest {
        placement: asked.placement,
        conversion,
    };
    let which = match asked.about {
        None => Which::Ads(creatives(conversion)),
        Some(About::Compare) => {
            let by = asked.by.as_deref().unwrap_or(Arms::ALL[0].0);
            let arms = Arms::ALL.into_iter().find(|(name, _)| *name == by);
            Which::AdsCompared {
                request: creatives(None),
                arms: arms
                    .with_context(|| format!("nothing is compared by {by}"))?
                    .1,
                is_randomised: asked.randomised,
                plan,
            }
        }
        Some(About::Campaigns) => Which::Campaigns(CampaignsRequest { conversion, window }),
        Some(About::Attribution) => Which::Attribution(AttributionRequest { conversion, window }),
    };
    visits::run(which, asked.visits, config, environment).await
}

/// Refuses what another of the reports is asked with.
fn check(asked: &Ads) -> Result<(), Error> {
    const CREATIVES: Option<About> = None;
    const COMPARE: Option<About> = Some(About::Compare);
    const ELSEWHERE: [Option<About>; 2] = [Some(About::Campaigns), Some(About::Attribution)];
    let [campaigns, attribution] = ELSEWHERE;
    let flags: [(&str, bool, &[Option<About>], &str); 6] = [
        (
            "--placement",
            asked.placement.is_some(),
            &[CREATIVES, COMPARE],
            "`snag ads` and `snag ads compare`",
        ),
        (
            "--conversion",
            asked.conversion.is_some(),
            &[CREATIVES, campaigns, attribution],
            "`snag ads`, `snag ads campaigns` and `snag ads attribution`",
        ),
        (
            "--window",
            asked.window.is_some(),
            &ELSEWHERE,
            "`snag ads campaigns` and `snag ads attribution`",
        ),
        ("--by", asked.by.is_some(), &[COMPARE], "`snag ads compare`"),
        (
            "--plan",
            asked.planning.request().is_some(),
            &[COMPARE],
            "`snag ads compare`",
        ),
        (
            "--randomised",
            asked.randomised,
            &[COMPARE],
            "`snag ads compare`",
        ),
    ];
    let misplaced = flags
        .into_iter()
        .find(|(_, is_given, reports, _)| *is_given && !reports.contains(&asked.about));
    match misplaced {
        None => Ok(()),
        Some((flag, .., reports)) => Err(Error::Usage {
            message: format!("{flag} means nothing here"),
            mend: format!("it belongs to {reports}"),
        }),
    }
}
