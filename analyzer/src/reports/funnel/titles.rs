//! Titles of pages as names of screens: without what only names the site.

/// Signs between a page's own title and the site's name.
const DIVIDERS: [&str; 8] = [" – ", " — ", " - ", " | ", " · ", " • ", " :: ", " » "];

/// The titles without the ending that all of them share, from a divider on: `Cart – Shop`, `Pay – Shop` are `Cart`
/// and `Pay`. One title alone, or several equal ones, keep theirs, for nothing tells what it is. Control characters
/// are taken out.
pub(super) fn without_common_ending(titles: Vec<Option<String>>) -> Vec<Option<String>> {
    let titles: Vec<Option<String>> = titles
        .into_iter()
        .map(|title| title.map(|title| crate::format::printable(title.trim()).trim().to_owned()))
        .map(|title| title.filter(|title| !title.is_empty()))
        .collect();
    let ending = common_ending(&titles).map(str::len).unwrap_or_default();
    let cut = |mut title: String| {
        title.truncate(title.len() - ending);
        title
    };
    titles.into_iter().map(|title| title.map(cut)).collect()
}

/// The longest ending that begins at a divider, is shared by all titles and leaves something of each.
fn common_ending(titles: &[Option<String>]) -> Option<&str> {
    let mut present = titles.iter().flatten();
    let first = present.next()?;
    let others: Vec<&String> = present.collect();
    if others.iter().all(|other| *other == first) {
        return None;
    }
    let mut starts: Vec<usize> = DIVIDERS
        .iter()
        .flat_map(|divider| first.match_indices(divider).map(|(at, _)| at))
        .collect();
    starts.sort_unstable();
    starts
        .into_iter()
        .map(|start| &first[start..])
        .find(|ending| {
            ending.len() < first.len()
                && others
                    .iter()
                    .all(|other| other.len() > ending.len() && other.ends_with(ending))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_all_titles_share_behind_a_divider_is_cut() {
        let cases: [(&[&str], &[&str]); 8] = [
            (&["Cart – Shop", "Pay – Shop"], &["Cart", "Pay"]),
            (&["Cart | A | Shop", "Pay | A | Shop"], &["Cart", "Pay"]),
            (&["Cart | A | Shop", "Pay | Shop"], &["Cart | A", "Pay"]),
            (&["Cart – Shop", "Pay"], &["Cart – Shop", "Pay"]),
            (&["Cart – Shop"], &["Cart – Shop"]),
            (
                &["Cart – Shop", "Cart – Shop"],
                &["Cart – Shop", "Cart – Shop"],
            ),
            (
                &["Cart in Shop", "Pay in Shop"],
                &["Cart in Shop", "Pay in Shop"],
            ),
            (&["Cart - Shop", " - Shop"], &["Cart - Shop", "- Shop"]),
        ];
        for (titles, names) in cases {
            let given = titles
                .iter()
                .map(|title| Some((*title).to_owned()))
                .chain([None])
                .collect();
            let mut expected: Vec<_> = names.iter().map(|name| Some((*name).to_owned())).collect();
            expected.push(None);
            assert_eq!(without_common_ending(given), expected, "{titles:?}");
        }
    }

    #[test]
    fn control_characters_and_empty_titles_do_not_pass() {
        let given = vec![Some("Pay\u{1b}[31m now".to_owned()), Some(" \n".to_owned())];
        assert_eq!(
            without_common_ending(given),
            [Some("Pay [31m now".to_owned()), None]
        );
    }
}
