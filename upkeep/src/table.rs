//! All tables of the store: what each holds of a site, of a visitor and of a day, and whether a backup has it.
//!
//! A test holds this list against the tables that the migrations make.

/// What a backup does with a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Backing {
    /// It is in every backup.
    Whole,
    /// It is derived from `events`, and derived anew after a restore: a backup is smaller without it, and a later version
    /// may derive it differently.
    Derived,
    /// The key that imports hash visitors with: only in a backup that was told to have it, for who has both can try out
    /// whether somebody is in the data.
    Key,
    /// Salts: in no backup, for whoever has them can tell visitors from their addresses, for longer than the 48 hours
    /// after which they are gone.
    Never,
}

/// A table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Table {
    pub(crate) name: &'static str,
    pub(crate) backing: Backing,
    /// Whether its rows are of a site: it has a column `site`.
    pub(crate) has_site: bool,
    /// Columns that hold a visitor's number.
    pub(crate) visitors: &'static [&'static str],
    /// The column of the time or day on which its row's visit was.
    pub(crate) time: Option<&'static str>,
    /// Whether its rows go when a site's visits are kept no longer.
    pub(crate) lapses: bool,
}

impl Table {
    const fn of_visits(name: &'static str) -> Self {
        Self {
            name,
            backing: Backing::Whole,
            has_site: true,
            visitors: &["visitor", "visitor_before"],
            time: Some("time"),
            lapses: true,
        }
    }

    const fn of_site(name: &'static str) -> Self {
        Self {
            name,
            backing: Backing::Whole,
            has_site: true,
            visitors: &[],
            time: None,
            lapses: false,
        }
    }

    const fn of_all(name: &'static str, backing: Backing) -> Self {
        Self {
            name,
            backing,
            has_site: false,
            visitors: &[],
            time: None,
            lapses: false,
        }
    }

    const fn derived(
        name: &'static str,
        visitors: &'static [&'static str],
        time: Option<&'static str>,
    ) -> Self {
        Self {
            name,
            backing: Backing::Derived,
            has_site: true,
            visitors,
            time,
            lapses: false,
        }
    }
}

/// All tables, in the order in which a backup takes them: what names an element before the elements, which are stored first,
/// so that none is named that is not there.
pub(crate) const TABLES: &[Table] = &[
    Table::of_visits("fields"),
    Table::of_visits("attention"),
    Table::of_visits("exposures"),
    Table::of_visits("events"),
    Table::of_site("elements"),
    Table::of_site("costs"),
    Table::of_site("goals"),
    Table::of_site("funnels"),
    Table::of_site("audits"),
    Table::of_site("verdicts"),
    Table::of_site("link_checks"),
    Table::of_site("retention"),
    // Of secrets it has hashes alone.
    Table::of_all("access", Backing::Whole),
    Table::of_all("import_batches", Backing::Whole),
    Table {
        lapses: true,
        ..Table::derived("sessions", &["person"], Some("start"))
    },
    Table::derived("touched", &["visitor"], Some("day")),
    Table::derived("midnights", &["visitor", "before"], None),
    Table::derived("pages", &[], None),
    Table::of_all("session_passes", Backing::Derived),
    Table::of_all("secrets", Backing::Key),
    Table::of_all("salts", Backing::Never),
];

/// All tables, and of each the columns that name a site or a visitor.
pub fn tables() -> impl Iterator<Item = (&'static str, Vec<&'static str>)> {
    TABLES.iter().map(|table| {
        let site = table.has_site.then_some("site");
        let columns = site.into_iter().chain(table.visitors.iter().copied());
        (table.name, columns.collect())
    })
}
