//! Which steps of a funnel are screens of one flow: pages of one folder, as `/checkout/1` and `/checkout/2`, and pages with a
//! form that most who are there use, which the search at the head of every page is not.

use crate::reports::forms::Forms;
use crate::step::without_mark;

/// Fewer screens are no flow.
const FEWEST: usize = 3;

/// The page a step is about; empty where it is about something else.
pub(super) fn page(step: &str) -> &str {
    let (step, _) = without_mark(step);
    step.strip_prefix("page:").unwrap_or_default()
}

fn folder(page: &str) -> &str {
    page.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The places, from 0, of steps that are screens of a flow; of the last step nothing is lost, so it is none.
pub(super) fn screens<S: AsRef<str>>(steps: &[S], forms: &Forms) -> Vec<usize> {
    let pages: Vec<&str> = steps.iter().map(|step| page(step.as_ref())).collect();
    let shares_folder = |at: usize| {
        let own = folder(pages[at]);
        let mut others = pages.iter().enumerate().filter(|(other, _)| *other != at);
        !own.is_empty() && others.any(|(_, page)| folder(page) == own)
    };
    let has_form = |at: usize| {
        let mut forms = forms.forms.iter();
        forms.any(|form| form.page == pages[at] && form.visitors * 2 >= form.there)
    };
    (0..pages.len().saturating_sub(1))
        .filter(|at| !pages[*at].is_empty() && (shares_folder(*at) || has_form(*at)))
        .collect()
}

/// The steps from the first screen of a flow on, so that all who enter it count, wherever they came from; all steps where
/// there is none.
pub(super) fn from_first_screen<'a>(steps: &'a [String], forms: &Forms) -> &'a [String] {
    let screens = screens(steps, forms);
    match screens.first() {
        Some(first) if screens.len() >= FEWEST => &steps[*first..],
        _ => steps,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forms(page: &str, there: u64) -> Forms {
        let form = crate::reports::forms::Form {
            page: page.to_owned(),
            form: String::new(),
            there,
            visitors: 10,
            sent: 1,
            fields: Vec::new(),
        };
        Forms {
            site: String::new(),
            headline: String::new(),
            from: None,
            to: None,
            forms: vec![form],
            notes: Vec::new(),
        }
    }

    fn steps(steps: &[&str]) -> Vec<String> {
        steps.iter().map(|step| (*step).to_owned()).collect()
    }

    #[test]
    fn screens_share_a_folder_or_have_a_form() {
        let shop = steps(&[
            "page:/",
            "page:/cart",
            "page:/checkout/1",
            "page:/checkout/2",
            "page:/pay",
            "event:purchase",
        ]);
        assert_eq!(screens(&shop, &forms("/pay", 12)), [2, 3, 4]);
        assert_eq!(from_first_screen(&shop, &forms("/pay", 12)), &shop[2..]);
        assert_eq!(from_first_screen(&shop, &forms("/other", 12)), &shop[..]);
        // A form that few of those use who are there makes no screen.
        assert_eq!(screens(&shop, &forms("/cart", 100)), [2, 3]);
        // Pages at the root share no folder.
        let flat = steps(&["page:/a", "page:/b", "page:/c"]);
        assert_eq!(screens(&flat, &forms("/x", 12)), [0_usize; 0]);
    }
}
