//! What is said in every form alike: subjects, headlines, what to look at.

use crate::clean::{capital, line, short};
use crate::told::{Change, Rate, Silence, Snag, Told, Weekly};

/// Characters of a subject: mail programs show no more.
const SUBJECT: usize = 120;

/// One line that says what it is about.
#[must_use]
pub fn subject(told: &Told) -> String {
    let subject = match told {
        Told::Weekly(weekly) => format!("{}: {}", weekly.site, weekly_subject(weekly)),
        Told::Test { site } => format!("{site}: this is a test"),
        other => headline(other),
    };
    short(&line(&subject), SUBJECT)
}

fn weekly_subject(weekly: &Weekly) -> String {
    let wrong = wrong(weekly);
    let count = match wrong {
        0 => return "nothing wrong was found".to_owned(),
        1 => "1 snag".to_owned(),
        wrong => format!("{wrong} snags"),
    };
    let changes = tally(weekly);
    match (changes.is_empty(), weekly.findings.first()) {
        (false, _) => format!("{count}, {changes}"),
        (true, Some(first)) => format!("{count}; first: {}", first.title),
        (true, None) => count,
    }
}

/// How many are wrong; what could merely be better is none.
pub(crate) fn wrong(weekly: &Weekly) -> usize {
    let wrong = |snag: &&Snag| snag.severity != "chance";
    weekly.findings.iter().filter(wrong).count()
}

/// `2 new, 1 worse, 3 gone`; empty where nothing changed.
pub(crate) fn tally(weekly: &Weekly) -> String {
    let all = || weekly.findings.iter().chain(&weekly.gone);
    let count = |change| all().filter(|snag| snag.change == change).count();
    let of = |(change, word): (Change, &str)| match count(change) {
        0 => None,
        count => Some(format!("{count} {word}")),
    };
    [
        (Change::New, "new"),
        (Change::Back, "back"),
        (Change::Worse, "worse"),
        (Change::Better, "better"),
        (Change::Gone, "gone"),
        (Change::Mended, "mended"),
    ]
    .into_iter()
    .filter_map(of)
    .collect::<Vec<_>>()
    .join(", ")
}

/// The one sentence, without a full stop; what begins with the name of a site begins as that does.
pub(crate) fn headline(told: &Told) -> String {
    let sentence = match told {
        Told::Weekly(weekly) => capital(&weekly.headline),
        Told::RateChanged(rate) => {
            let verb = if rate.rate < rate.usual {
                "fell"
            } else {
                "rose"
            };
            format!("{}: the rate of {} {verb}", rate.site, rate.name)
        }
        Told::RateBack(rate) => {
            format!("{}: the rate of {} is as usual again", rate.site, rate.name)
        }
        Told::BeaconsStopped(silence) => {
            format!("{}: nothing was told for {}", silence.site, silence.lasted)
        }
        Told::BeaconsBack(silence) => {
            format!(
                "{}: visits are told again, after {}",
                silence.site, silence.lasted
            )
        }
        Told::Test { site } => format!("{site}: this is a test, and it arrived"),
    };
    line(&sentence)
}

/// What is to be known of an alert, sentence by sentence.
pub(crate) fn sentences(told: &Told) -> Vec<String> {
    match told {
        Told::Weekly(_) => Vec::new(),
        Told::RateChanged(rate) => vec![
            format!("{}: {}.", days(rate), rate.words),
            "Chance alone hardly explains it: looked at every day, a site whose rates do not change alarms at most once in twenty years."
                .to_owned(),
            "You will hear of it once, and again when it is as usual.".to_owned(),
        ],
        Told::RateBack(rate) => vec![format!(
            "It had left what is usual ({}). It has been near its old value for three days, or has stayed at another for four weeks, which is the usual one now.",
            days(rate)
        )],
        Told::BeaconsStopped(silence) => vec![
            format!(
                "The last event came at {}. In such a time about {:.0} visits usually begin; by chance a site like this one is silent for so long at most once in twenty years.",
                minute(&silence.since),
                silence.expected
            ),
            "See whether the site opens, whether the tag is still in its pages (snag verify), and whether its visitors reach the collector."
                .to_owned(),
            "You will hear of it once, and again when visits are told.".to_owned(),
        ],
        Told::BeaconsBack(silence) => vec![format!(
            "Nothing was told from {} to {}, where about {:.0} visits usually begin. What visitors did in that time is not known.",
            minute(&silence.since),
            minute(&silence.until),
            silence.expected
        )],
        Told::Test { site } => vec![format!(
            "Alerts of {site} will come here: when a rate leaves what is usual, and when visits stop."
        )],
    }
}

fn days(rate: &Rate) -> String {
    match rate.from == rate.to {
        true => format!("On {}", rate.from),
        false => format!("From {} to {}", rate.from, rate.to),
    }
}

/// `2026-03-01 12:30 UTC`.
fn minute(moment: &str) -> String {
    match moment.get(..16) {
        Some(minute) => format!("{} UTC", minute.replace('T', " ")),
        None => moment.to_owned(),
    }
}

/// The command that shows it; empty where there is none.
pub(crate) fn command(told: &Told) -> String {
    let command = match told {
        Told::Weekly(weekly) => &weekly.command,
        Told::RateChanged(Rate { command, .. })
        | Told::RateBack(Rate { command, .. })
        | Told::BeaconsStopped(Silence { command, .. })
        | Told::BeaconsBack(Silence { command, .. }) => command,
        Told::Test { .. } => return String::new(),
    };
    line(command)
}

/// `new`, `worse` …; nothing of what is as it was.
pub(crate) fn change(snag: &Snag) -> &'static str {
    match snag.change {
        Change::New => "new",
        Change::Back => "back",
        Change::Worse => "worse",
        Change::Better => "better",
        Change::Same => "",
        Change::Gone => "gone",
        Change::Mended => "mended",
    }
}

/// What it costs, if that shows.
pub(crate) fn cost(snag: &Snag) -> Option<String> {
    let cost = snag.cost.as_ref()?;
    Some(format!("conversions lost a week: {}", cost.words))
}

/// Whom it happens to, if anybody.
pub(crate) fn met(snag: &Snag) -> Option<String> {
    (!snag.share.is_empty()).then(|| format!("met by {}", snag.share))
}

/// Both, in one sentence without a full stop; empty without either.
pub(crate) fn weight(snag: &Snag) -> String {
    let both = [cost(snag), met(snag)];
    both.into_iter().flatten().collect::<Vec<_>>().join("; ")
}

/// The days it is about, with the day alone of each moment.
pub(crate) fn covered(weekly: &Weekly) -> String {
    let day = |moment: &str| moment.get(..10).unwrap_or(moment).to_owned();
    let (from, to) = (day(&weekly.from), day(&weekly.to));
    format!("{from} to {to}, {} days", weekly.days)
}

/// How to hear no more of it.
pub(crate) fn unsubscribe(told: &Told) -> String {
    format!(
        "You get this because your address stands in a [[messages]] of {} in Snaglist's snag.toml. To get it no more, answer this letter, or take the address out there.",
        told.site()
    )
}
