//! `snag snippet`: prints the tag for a website's pages.
//!
//! The tag bears the hash of the loader that this binary serves, so it has to be printed anew when the collector is
//! updated.

use anyhow::{Result, bail};

use crate::cli::{Place, Snippet};
use crate::exit::Exit;

/// Prints the tag.
pub(crate) fn run(snippet: &Snippet) -> Result<Exit> {
    let Some(integrity) = snag_collector::integrity() else {
        bail!("this binary was built without the tracker; build it with `make build`");
    };
    println!("{}", tag(snippet, &integrity)?);
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
    let plain = format!(
        r#"<script defer src="{loader}" data-site="{site}" integrity="{integrity}" crossorigin="anonymous"></script>"#
    );
    Ok(match snippet.place {
        Place::Html => plain,
        // Tag Manager drops attributes it does not know, so the site stands in the address.
        Place::Gtm => format!(
            r#"<script>
(function () {{
  var tag = document.createElement('script');
  tag.src = '{loader}?site={site}';
  tag.integrity = '{integrity}';
  tag.crossOrigin = 'anonymous';
  document.head.appendChild(tag);
}})();
</script>"#
        ),
        Place::Wordpress => format!(
            r#"add_action('wp_head', function () {{
    echo '{plain}';
}});"#
        ),
        Place::Nextjs => format!(
            r#"import Script from 'next/script';

<Script
  src="{loader}?site={site}"
  integrity="{integrity}"
  crossOrigin="anonymous"
  strategy="afterInteractive"
/>"#
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(site: &str, place: Place) -> Result<String> {
        let snippet = Snippet {
            site: site.to_owned(),
            collector: "https://stats.example/".parse().expect("a URL"),
            place,
        };
        tag(&snippet, "sha384-abc")
    }

    #[test]
    fn every_tag_names_site_loader_and_hash() {
        for place in [Place::Html, Place::Gtm, Place::Wordpress, Place::Nextjs] {
            let tag = of("shop", place).expect("a tag");
            for part in ["https://stats.example/snag.js", "shop", "sha384-abc"] {
                assert!(tag.contains(part), "{place:?} lacks {part}: {tag}");
            }
        }
        assert_eq!(
            of("shop", Place::Html).expect("a tag"),
            r#"<script defer src="https://stats.example/snag.js" data-site="shop" integrity="sha384-abc" crossorigin="anonymous"></script>"#
        );
    }

    #[test]
    fn what_is_no_site_is_refused() {
        assert!(of("a\"><script>", Place::Html).is_err());
    }
}
