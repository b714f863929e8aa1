//! How each report is asked: what of an address it understands, and the command that shows the same.

use std::sync::Arc;

use snag_analyzer::definitions::{StepOrGoal, steps};
use snag_analyzer::format::for_shell;
use snag_analyzer::{
    AdsRequest, Arms, AttributionRequest, By, CampaignsRequest, Error, ExperimentRequest, Goal,
    LinksRequest, PathsRequest, Step, TimelineRequest, Window, Zone,
};
use snag_store::Store;

use super::Told;
use crate::asked::Pairs;
use crate::view::View;

/// The rate below which a link is dead, and how long before a conversion a visit may be (METRICS.md, Links, Ads).
const DEAD: f64 = 0.005;
const WINDOW: &str = "30d";

macro_rules! spanned {
    ($name:ident, $command:literal, $report:path) => {
        pub(super) async fn $name(
            store: Arc<Store>,
            view: View,
            _query: Pairs,
        ) -> Result<Told, Error> {
            let report = $report(&store, &view.span()).await?;
            Told::of(&report, command($command, &view, ""))
        }
    };
}

/// A command with the view's options.
fn command(words: &str, view: &View, more: &str) -> String {
    format!("snag {words}{}{more}", view.options())
}

spanned!(overview, "overview", snag_analyzer::overview);
spanned!(pages, "pages", snag_analyzer::pages);
spanned!(forms, "forms", snag_analyzer::forms);
spanned!(searches, "searches", snag_analyzer::searches);
spanned!(tracking, "tracking", snag_analyzer::tracking);
spanned!(discover, "funnels discover", snag_analyzer::discover);

pub(super) async fn timeline(store: Arc<Store>, view: View, query: Pairs) -> Result<Told, Error> {
    let unit = query.get("unit").map(str::parse).transpose()?;
    let zone: Zone = query.get("zone").unwrap_or("UTC").parse()?;
    let mut more = format!(" --zone {}", for_shell(zone.name()));
    if let Some(unit) = query.get("unit") {
        more += &format!(" --unit {}", for_shell(unit));
    }
    let request = TimelineRequest { unit, zone };
    let report = snag_analyzer::timeline(&store, &view.span(), &request).await?;
    Told::of(&report, command("timeline", &view, &more))
}

/// Visits told apart by one of these ways.
async fn by(
    store: &Store,
    view: &View,
    query: &Pairs,
    words: &str,
    ways: &[By],
) -> Result<Told, Error> {
    let word = query.get("by").unwrap_or(ways[0].name);
    let Some(way) = ways.iter().find(|way| way.name == word) else {
        let known: Vec<&str> = ways.iter().map(|way| way.name).collect();
        return Err(Error::Usage {
            message: format!("{words} are not told apart by {word:?}"),
            mend: format!("write {}", known.join(", ")),
        });
    };
    let report = snag_analyzer::visits(store, &view.span(), *way).await?;
    Told::of(
        &report,
        command(words, view, &format!(" --by {}", way.name)),
    )
}

pub(super) async fn entries(store: Arc<Store>, view: View, _query: Pairs) -> Result<Told, Error> {
    let report = snag_analyzer::visits(&store, &view.span(), By::ENTRY).await?;
    Told::of(&report, command("entries", &view, ""))
}

pub(super) async fn exits(store: Arc<Store>, view: View, _query: Pairs) -> Result<Told, Error> {
    let report = snag_analyzer::visits(&store, &view.span(), By::EXIT).await?;
    Told::of(&report, command("exits", &view, ""))
}

pub(super) async fn sources(store: Arc<Store>, view: View, query: Pairs) -> Result<Told, Error> {
    by(&store, &view, &query, "sources", &By::SOURCES).await
}

pub(super) async fn campaigns(store: Arc<Store>, view: View, query: Pairs) -> Result<Told, Error> {
    by(&store, &view, &query, "campaigns", &By::CAMPAIGNS).await
}

pub(super) async fn countries(store: Arc<Store>, view: View, query: Pairs) -> Result<Told, Error> {
    by(&store, &view, &query, "countries", &By::PLACES).await
}

pub(super) async fn devices(store: Arc<Store>, view: View, query: Pairs) -> Result<Told, Error> {
    by(&store, &view, &query, "devices", &By::DEVICES).await
}

/// The page that is asked about, if one is.
pub(crate) fn page(query: &Pairs) -> Result<Option<Step>, Error> {
    let page = query.get("page");
    page.map(|page| {
        // Where a site has several hosts, reports name a page by host and path.
        let is_whole = page.starts_with('/') || page.contains("://") || page.contains('*');
        match is_whole {
            true => format!("page:{page}").parse(),
            false => format!("page:https://{page}").parse(),
        }
    })
    .transpose()
}

pub(super) async fn one_page(store: Arc<Store>, view: View, query: Pairs) -> Result<Told, Error> {
    let page = page(&query)?.ok_or_else(|| Error::Usage {
        message: "no page is named".to_owned(),
        mend: "write one such as /cart".to_owned(),
    })?;
    let report = snag_analyzer::page(&store, &view.span(), &page).await?;
    Told::of(&report, page_command(&view, &query))
}

/// The command that shows one page.
pub(crate) fn page_command(view: &View, query: &Pairs) -> String {
    let page = query.get("page").unwrap_or_default();
    command("page", view, &format!(" --page {}", for_shell(page)))
}

pub(super) async fn paths(store: Arc<Store>, view: View, query: Pairs) -> Result<Told, Error> {
    let page = page(&query)?;
    let is_back = query.get("back").is_some();
    let mut more = String::new();
    if let Some(page) = query.get("page") {
        more += &format!(" --page {}", for_shell(page));
    }
    if is_back {
        more += " --back";
    }
    let request = PathsRequest { page, is_back };
    let report = snag_analyzer::paths(&store, &view.span(), &request).await?;
    Told::of(&report, command("paths", &view, &more))
}

pub(super) async fn links(store: Arc<Store>, view: View, query: Pairs) -> Result<Told, Error> {
    let request = LinksRequest {
        page: page(&query)?,
        groups: Vec::new(),
        threshold: DEAD,
    };
    let more = query
        .get("page")
        .map_or_else(String::new, |page| format!(" --page {}", for_shell(page)));
    let report = snag_analyzer::links(&store, &view.span(), &request).await?;
    Told::of(&report, command("links", &view, &more))
}

fn placement(query: &Pairs) -> (Option<String>, String) {
    let placement = query.get("placement");
    let more = placement.map_or_else(String::new, |name| {
        format!(" --placement {}", for_shell(name))
    });
    (placement.map(str::to_owned), more)
}

pub(super) async fn ads(store: Arc<Store>, view: View, query: Pairs) -> Result<Told, Error> {
    let (placement, more) = placement(&query);
    let request = AdsRequest {
        placement,
        conversion: None,
    };
    let report = snag_analyzer::ads(&store, &view.span(), &request).await?;
    Told::of(&report, command("ads", &view, &more))
}

pub(super) async fn compare(store: Arc<Store>, view: View, query: Pairs) -> Result<Told, Error> {
    let (placement, mut more) = placement(&query);
    let by = query.get("by").unwrap_or(Arms::ALL[0].0);
    let Some((name, arms)) = Arms::ALL.into_iter().find(|(name, _)| *name == by) else {
        return Err(Error::Usage {
            message: format!("nothing is compared by {by:?}"),
            mend: format!("write {}", Arms::ALL.map(|(name, _)| name).join(", ")),
        });
    };
    let is_randomised = query.get("randomised").is_some();
    more += &format!(" --by {name}");
    if is_randomised {
        more += " --randomised";
    }
    let request = AdsRequest {
        placement,
        conversion: None,
    };
    let report =
        snag_analyzer::compare_ads(&store, &view.span(), &request, arms, is_randomised).await?;
    Told::of(&report, command("ads compare", &view, &more))
}

pub(super) async fn campaign_costs(
    store: Arc<Store>,
    view: View,
    _query: Pairs,
) -> Result<Told, Error> {
    let window: Window = WINDOW.parse()?;
    let request = CampaignsRequest {
        conversion: None,
        window,
    };
    let report = snag_analyzer::campaigns(&store, &view.span(), &request).await?;
    Told::of(&report, command("ads campaigns", &view, ""))
}

pub(super) async fn attribution(
    store: Arc<Store>,
    view: View,
    _query: Pairs,
) -> Result<Told, Error> {
    let window: Window = WINDOW.parse()?;
    let request = AttributionRequest {
        conversion: None,
        window,
    };
    let report = snag_analyzer::attribution(&store, &view.span(), &request).await?;
    Told::of(&report, command("ads attribution", &view, ""))
}

/// The goal that is asked for, and how a command is given it.
fn goal(query: &Pairs) -> Result<(Option<StepOrGoal>, String), Error> {
    let goal = query.get("goal");
    let more = goal.map_or_else(String::new, |goal| format!(" --goal {}", for_shell(goal)));
    Ok((goal.map(str::parse).transpose()?, more))
}

pub(super) async fn experiments(
    store: Arc<Store>,
    view: View,
    query: Pairs,
) -> Result<Told, Error> {
    let missing = |what: &str, such: &str| Error::Usage {
        message: format!("no {what} given"),
        mend: format!("write one such as {such}"),
    };
    let variants = query.get("variants");
    let variants = variants.ok_or_else(|| missing("variants are", "props.variant"))?;
    let (goal, more) = goal(&query)?;
    let goal = goal.ok_or_else(|| missing("goal is", "event:purchase"))?;
    let mut goal = steps(&store, &view.site, vec![goal]).await?;
    let request = ExperimentRequest {
        variants: variants.parse()?,
        exposure: None,
        goal: goal.remove(0),
        is_randomised: true,
    };
    let report = snag_analyzer::experiment(&store, &view.span(), &request).await?;
    let more = format!(" --variants {}{more}", for_shell(variants));
    Told::of(&report, command("experiments", &view, &more))
}

pub(super) async fn trouble(store: Arc<Store>, view: View, query: Pairs) -> Result<Told, Error> {
    let (given, more) = goal(&query)?;
    let goal = Goal::of(&store, &view.span(), given).await?;
    let report = snag_analyzer::trouble(&store, &view.span(), goal.as_ref()).await?;
    Told::of(&report, command("trouble", &view, &more))
}

pub(super) async fn lost(store: Arc<Store>, view: View, query: Pairs) -> Result<Told, Error> {
    let (given, more) = goal(&query)?;
    let goal = Goal::of(&store, &view.span(), given).await?;
    let report = snag_analyzer::lost(&store, &view.span(), goal.as_ref()).await?;
    Told::of(&report, command("lost", &view, &more))
}

pub(super) async fn realtime(store: Arc<Store>, view: View, _query: Pairs) -> Result<Told, Error> {
    let report = snag_analyzer::realtime(&store, &view.site, view.limit).await?;
    let command = format!("snag realtime --site {}", for_shell(&view.site));
    Told::of(&report, command)
}

pub(super) async fn findings(store: Arc<Store>, view: View, _query: Pairs) -> Result<Told, Error> {
    let report = snag_analyzer::audit::findings(&store, &view.site).await?;
    let command = format!("snag findings list --site {}", for_shell(&view.site));
    Told::of(&report, command)
}
