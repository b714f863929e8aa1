//! Who sells ads, and by which words campaigns name them: `fb` and `instagram` are both sold by Facebook.
//!
//! A seller's export tells a campaign's cost once, whichever of its sites brought the visits; so visits are told apart by
//! seller where costs are. A source that sells nothing here stands for itself, in lower case.

/// A seller: the name its visits and costs go by, words for it, and click identifiers that only its ads bear.
struct Seller {
    name: &'static str,
    words: &'static [&'static str],
    click_ids: &'static [&'static str],
}

pub(super) const GOOGLE: &str = "google";
pub(super) const META: &str = "facebook";
pub(super) const MICROSOFT: &str = "bing";

const SELLERS: [Seller; 4] = [
    Seller {
        name: GOOGLE,
        words: &[
            "google",
            "adwords",
            "googleads",
            "google ads",
            "google-ads",
            "google_ads",
            "gads",
            "youtube",
        ],
        click_ids: &["gclid", "gbraid", "wbraid", "dclid"],
    },
    // Facebook's identifier is on every link that leads away from it.
    Seller {
        name: META,
        words: &[
            "facebook",
            "fb",
            "fbad",
            "facebook_ads",
            "facebook ads",
            "meta",
            "instagram",
            "ig",
            "insta",
            "messenger",
            "threads",
        ],
        click_ids: &[],
    },
    Seller {
        name: MICROSOFT,
        words: &[
            "bing",
            "bingads",
            "bing ads",
            "microsoft",
            "microsoft ads",
            "microsoft_ads",
            "microsoft advertising",
            "msn",
        ],
        click_ids: &["msclkid"],
    },
    Seller {
        name: "twitter",
        words: &["twitter", "x", "x (twitter)", "tw"],
        click_ids: &["twclid"],
    },
];

/// The seller that a word names, else the word in lower case.
pub(super) fn seller(word: &str) -> String {
    let word = word.trim().to_lowercase();
    let named = SELLERS
        .iter()
        .find(|seller| seller.words.contains(&word.as_str()));
    named.map_or(word, |seller| seller.name.to_owned())
}

/// Words, and the sellers they name, in their order.
pub(crate) fn words() -> [Vec<&'static str>; 2] {
    pairs(|seller| seller.words)
}

/// Click identifiers, and whose they are, in their order.
pub(crate) fn click_ids() -> [Vec<&'static str>; 2] {
    pairs(|seller| seller.click_ids)
}

fn pairs(of: impl Fn(&'static Seller) -> &'static [&'static str]) -> [Vec<&'static str>; 2] {
    let pairs = SELLERS
        .iter()
        .flat_map(|seller| of(seller).iter().map(|word| (*word, seller.name)));
    let (words, names) = pairs.unzip();
    [words, names]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seller_has_many_names_and_a_source_that_sells_nothing_its_own() {
        for (word, name) in [
            (" AdWords", "google"),
            ("Instagram", "facebook"),
            ("MSN", "bing"),
            ("Newsletter", "newsletter"),
            ("", ""),
        ] {
            assert_eq!(seller(word), name, "{word}");
        }
    }
}
