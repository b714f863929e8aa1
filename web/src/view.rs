//! What a page looks at: the period and the filters of the bar, which stand in the address, so that every view is a link.

use jiff::Timestamp;
use snag_analyzer::format::for_shell;
use snag_analyzer::{Filter, Filters, Moment, Period, Span};

use crate::asked::Pairs;
use crate::problem::Problem;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// Rows of a table where nothing else is asked for, and at most.
pub(crate) const ROWS: u32 = 20;
pub(crate) const MOST_ROWS: u32 = 10_000;

/// Periods with a name: the word, what people read, and days up to now; 0 is the day itself, none all there is.
pub(crate) const PERIODS: [(&str, &str, Option<i64>); 6] = [
    ("today", "Today", Some(0)),
    ("7d", "Last 7 days", Some(7)),
    ("28d", "Last 28 days", Some(28)),
    ("90d", "Last 90 days", Some(90)),
    ("365d", "Last 12 months", Some(365)),
    ("all", "All there is", None),
];
/// The one where none is asked for.
const USUAL: &str = "28d";

/// What a page looks at.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct View {
    pub(crate) site: String,
    pub(crate) period: Period,
    /// The word of the period, `custom` where days are given.
    pub(crate) word: String,
    pub(crate) from: String,
    pub(crate) to: String,
    /// Conditions as they were written, one each.
    pub(crate) conditions: Vec<String>,
    filters: Vec<Filter>,
    pub(crate) limit: u32,
}

impl View {
    /// Reads `period`, `from`, `to`, `where` and `limit`.
    pub(crate) fn read(site: &str, query: &Pairs, now: Timestamp) -> Result<Self, Problem> {
        let conditions: Vec<String> = query.all("where").map(str::to_owned).collect();
        let filters = conditions
            .iter()
            .map(|text| text.parse::<Filters>())
            .collect::<Result<Vec<_>, _>>()?;
        let given = |name: &str| query.get(name).unwrap_or_default().to_owned();
        let (from, to) = (given("from"), given("to"));
        let moment = |text: &str| -> Result<Option<Moment>, Problem> {
            match text {
                "" => Ok(None),
                text => Ok(Some(text.parse()?)),
            }
        };
        let is_custom = !(from.is_empty() && to.is_empty());
        let asked = query.get("period").filter(|word| *word != "custom");
        let (word, period) = match (is_custom, asked) {
            (true, _) => ("custom", Period::new(moment(&from)?, moment(&to)?)?),
            (false, word) => {
                let word = word.unwrap_or(USUAL);
                let found = PERIODS.into_iter().find(|(name, ..)| *name == word);
                let Some((word, _, days)) = found else {
                    let known = PERIODS.map(|(name, ..)| name).join(", ");
                    return Err(Problem::bad(format!(
                        "no period {word:?}: write one of {known}"
                    )));
                };
                (word, lately(days, now)?)
            }
        };
        let limit = match query.get("limit") {
            None => ROWS,
            Some(text) => match text.parse() {
                Ok(limit @ 1..=MOST_ROWS) => limit,
                _ => {
                    return Err(Problem::bad(format!(
                        "limit is {text:?}: write a number from 1 to {MOST_ROWS}"
                    )));
                }
            },
        };
        Ok(Self {
            site: site.to_owned(),
            period,
            word: word.to_owned(),
            from,
            to,
            conditions,
            filters: filters.into_iter().flat_map(|filters| filters.0).collect(),
            limit,
        })
    }

    /// What reports over visits are asked for.
    pub(crate) fn span(&self) -> Span {
        Span {
            site: self.site.clone(),
            period: self.period,
            filters: self.filters.clone(),
            limit: self.limit,
        }
    }

    pub(crate) fn filters(&self) -> &[Filter] {
        &self.filters
    }

    /// What a command is given that shows the same: ` --site shop --from 2026-01-01 --where device=mobile`.
    pub(crate) fn options(&self) -> String {
        let conditions = self.conditions.iter();
        let conditions = conditions.map(|text| format!(" --where {}", for_shell(text)));
        format!(
            " --site {}{}{}",
            for_shell(&self.site),
            self.period.options(),
            conditions.collect::<String>()
        )
    }
}

/// An address in which the condition of the bar's own fields is one like the others.
pub(crate) fn folded(query: Pairs) -> Pairs {
    let condition = query.get("dimension").zip(query.get("value"));
    let condition = condition.map(|(dimension, value)| {
        let operator = query.get("operator").unwrap_or("=");
        format!("{dimension}{operator}{}", quoted(value))
    });
    let is_field = |name: &str| ["dimension", "operator", "value"].contains(&name);
    let others = query
        .0
        .into_iter()
        .filter(|(name, value)| !is_field(name) && !value.is_empty());
    let condition = condition.map(|condition| ("where".to_owned(), condition));
    Pairs(others.chain(condition).collect())
}

/// A value as a filter takes it for one.
fn quoted(value: &str) -> String {
    let is_plain = value
        .chars()
        .all(|letter| letter.is_alphanumeric() || "-_./ ".contains(letter));
    match is_plain {
        true => value.to_owned(),
        false => format!("'{}'", value.replace('\\', r"\\").replace('\'', r"\'")),
    }
}

/// The last days up to now; they begin with a day, so that a link shows the same all day.
fn lately(days: Option<i64>, now: Timestamp) -> Result<Period, Problem> {
    let Some(days) = days else {
        return Ok(Period::all());
    };
    let day = |ms: i64| -> Option<Moment> {
        let time = Timestamp::from_millisecond(ms).ok()?;
        Some(Moment::Day(time.to_zoned(jiff::tz::TimeZone::UTC).date()))
    };
    let now = now.as_millisecond();
    let start = now - (days - 1).max(0) * DAY_MS;
    Ok(Period::new(day(start), day(now))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(query: &str) -> Result<View, Problem> {
        let now = "2026-03-10T15:00:00Z".parse().expect("a moment");
        View::read("shop", &Pairs::read(query.as_bytes()), now)
    }

    #[test]
    fn a_view_is_told_by_its_address() {
        let usual = view("").expect("a view");
        assert_eq!(
            usual.options(),
            " --site shop --from 2026-02-11 --to 2026-03-10"
        );
        let asked =
            view("period=today&where=device%3Dmobile&where=country!%3DDE&limit=5").expect("a view");
        assert_eq!(
            asked.options(),
            " --site shop --from 2026-03-10 --to 2026-03-10 --where 'device=mobile' --where 'country!=DE'"
        );
        assert_eq!((asked.limit, asked.filters().len()), (5, 2));
        assert_eq!(
            view("period=all").expect("a view").options(),
            " --site shop"
        );
        let custom = view("period=7d&from=2026-01-01").expect("a view");
        assert_eq!(
            (custom.word.as_str(), custom.options().as_str()),
            ("custom", " --site shop --from 2026-01-01")
        );
    }

    #[test]
    fn a_condition_may_be_put_together() {
        let fields = Pairs::read(b"dimension=utm_campaign&operator=!%3D&value=a,b&by=x&from=");
        let folded = folded(fields);
        assert_eq!(folded.text(), "?by=x&where=utm_campaign%21%3D%27a%2Cb%27");
        let put = view(&folded.text()[1..]).expect("a view");
        assert_eq!(put.filters()[0].value, "a,b");
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        for query in [
            "period=9d",
            "from=yesterday",
            "where=device",
            "limit=0",
            "limit=x",
            "from=2026-02-01&to=2026-01-01",
        ] {
            assert_eq!(view(query).expect_err(query).status, 400, "{query}");
        }
    }
}
