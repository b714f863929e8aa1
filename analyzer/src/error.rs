//! Errors by what the caller does: correct the request, choose another site, or look after the store.

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The request cannot be meant like this.
    #[error("{message}: {mend}")]
    Usage {
        /// What is wrong, and where.
        message: String,
        /// How to write it instead.
        mend: String,
    },
    /// There is nothing of that name.
    #[error("{message}: {mend}")]
    Missing {
        /// What there is not.
        message: String,
        /// What there is, or how to make it.
        mend: String,
    },
    /// There are events, but none of this site.
    #[error("no site {site:?}: {}", known_sites(.known))]
    UnknownSite {
        /// The site asked for.
        site: String,
        /// The sites that have events, the most similar name first; never empty.
        known: Vec<String>,
    },
    /// The store did not answer as it should.
    #[error(transparent)]
    Store(#[from] snag_store::Error),
    /// A report could not be written in the format asked for.
    #[error("the report could not be written as {format}: {message}")]
    Format {
        /// The format.
        format: &'static str,
        /// What stood in the way.
        message: String,
    },
}

/// So many names a sentence bears.
const NAMES_SHOWN: usize = 8;

fn known_sites(known: &[String]) -> String {
    let shown = known
        .iter()
        .take(NAMES_SHOWN)
        .map(|name| format!("{name:?}"))
        .collect::<Vec<_>>()
        .join(", ");
    let more = known.len().saturating_sub(NAMES_SHOWN);
    let rest = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    match known.len() {
        1 => format!("the only site with events is {shown}"),
        _ => format!("sites with events are {shown}{rest}"),
    }
}

impl Error {
    pub(crate) fn usage(message: impl Into<String>, mend: impl Into<String>) -> Self {
        Self::Usage {
            message: message.into(),
            mend: mend.into(),
        }
    }
}

impl From<clickhouse::error::Error> for Error {
    fn from(error: clickhouse::error::Error) -> Self {
        // What parses here and not there is rare, and no fault of the store.
        if error.to_string().contains("CANNOT_COMPILE_REGEXP") {
            return Self::usage(
                "the engine cannot compile a regex",
                "keep to RE2's syntax: repetitions up to 1000, no (?x), no classes within classes",
            );
        }
        Self::Store(error.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_site_names_those_that_are_known() {
        let error = |known: &[&str]| {
            Error::UnknownSite {
                site: "shpo".into(),
                known: known.iter().map(ToString::to_string).collect(),
            }
            .to_string()
        };
        assert_eq!(
            error(&["shop"]),
            r#"no site "shpo": the only site with events is "shop""#
        );
        assert_eq!(
            error(&["shop", "blog"]),
            r#"no site "shpo": sites with events are "shop", "blog""#
        );
        let many = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];
        assert!(
            error(&many).ends_with(r#""h" and 2 more"#),
            "{}",
            error(&many)
        );
    }
}
