//! `snag snippet`: prints the tag for a website's pages.
//!
//! Invariant: the tag alone goes to standard output, so that it can be piped into a page.

use anyhow::{Result, bail};

use crate::cli::{Place, Snippet};
use crate::exit::Exit;

/// Prints the tag.
pub(crate) fn run(snippet: &Snippet) -> Result<Exit> {
    let Some(integrity) = snag_collector::integrity() else {
        bail!("this binary was built without the tracker; build it with `make build`");
    };
    println!("{}", tag(snippet, &integrity)?);
    if !snippet.integrity {
        eprintln!("integrity of this version's snag.js: {integrity}");
        eprintln!(
            "--integrity puts it into the tag, which then has to be renewed whenever the collector is updated"
        );
    }
    Ok(Exit::Done)
}

fn tag(snippet: &Snippet, integrity: &str) -> Result<String> {
    let site = &snippet.site;
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    if site.is_empty() || site.len() > 64 || !site.chars().all(fits) {
        bail!("a site is named by 1 to 64 of the characters A-Z a-z 0-9 . _ -");
    }
    let base = snippet.collector.as_str().trim_end_matches('/');
    let loader = format!("{base}/snag.js");
    let with_integrity = |text: String| {
        if snippet.integrity {
            text
        } else {
            String::new()
        }
    };
    let hash = with_integrity(format!(
        r#" integrity="{integrity}" crossorigin="anonymous""#
    ));
    let plain = format!(r#"<script defer src="{loader}" data-site="{site}"{hash}></script>"#);
    Ok(match snippet.place {
        Place::Html => plain,
        // Tag Manager drops attributes it does not know, so the site stands in the address.
        Place::Gtm => {
            let hash = with_integrity(format!(
                "\n  tag.integrity = '{integrity}';\n  tag.crossOrigin = 'anonymous';"
            ));
            format!(
                r"<script>
(function () {{
  var tag = document.createElement('script');
  tag.src = '{loader}?site={site}';{hash}
  document.head.appendChild(tag);
}})();
</script>"
            )
        }
        Place::Wordpress => format!(
            r"add_action('wp_head', function () {{
    echo '{plain}';
}});"
        ),
        Place::Nextjs => {
            let hash = with_integrity(format!(
                "\n  integrity=\"{integrity}\"\n  crossOrigin=\"anonymous\""
            ));
            format!(
                r#"import Script from 'next/script';

<Script
  src="{loader}?site={site}"
  strategy="afterInteractive"{hash}
/>"#
            )
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(site: &str, place: Place, integrity: bool) -> Result<String> {
        let snippet = Snippet {
            integrity,
            site: site.to_owned(),
            collector: "https://stats.example/".parse().expect("a URL"),
            place,
        };
        tag(&snippet, "sha384-abc")
    }

    #[test]
    fn every_tag_names_site_and_loader_and_the_hash_where_asked_for() {
        for place in [Place::Html, Place::Gtm, Place::Wordpress, Place::Nextjs] {
            for integrity in [false, true] {
                let tag = of("shop", place, integrity).expect("a tag");
                for part in ["https://stats.example/snag.js", "shop"] {
                    assert!(tag.contains(part), "{place:?} lacks {part}: {tag}");
                }
                assert_eq!(tag.contains("sha384-abc"), integrity, "{tag}");
            }
        }
        assert_eq!(
            of("shop", Place::Html, true).expect("a tag"),
            r#"<script defer src="https://stats.example/snag.js" data-site="shop" integrity="sha384-abc" crossorigin="anonymous"></script>"#
        );
    }

    #[test]
    fn what_is_no_site_is_refused() {
        assert!(of("a\"><script>", Place::Html, false).is_err());
    }
}
