//! What a page's batch says of the page's elements, written once a page.
//!
//! Invariant: an element has the same number in all batches of a page, below 0, and each number is of one element.

use super::World;
use super::site::Place;
use super::walk::View;

/// The elements of a page.
pub(super) struct Sheet {
    /// `document.title`, quoted.
    pub(super) title: String,
    /// Number of the button of the search, 0 where there is none.
    pub(super) search: i32,
    /// Number of the button that submits the form.
    pub(super) submit: i32,
    /// Number of the form.
    pub(super) form_number: i32,
    /// What is said of the form and its fields.
    pub(super) form: Vec<String>,
    items: Vec<Item>,
    /// How many items are links that a search without results has not.
    own: usize,
    controls: usize,
    /// Where the creatives of each placement begin.
    creatives: Vec<usize>,
    /// How many items come before the creatives.
    fixed: usize,
}

/// An element of the inventory.
pub(super) struct Item {
    pub(super) json: String,
    /// Where it stands, in screens from the top.
    pub(super) at: f64,
}

/// A text as JSON has it.
pub(super) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn number(index: usize) -> i32 {
    -1 - i32::try_from(index).unwrap_or(i32::MAX - 1)
}

impl Sheet {
    pub(super) fn new(world: &World, place: &Place<'_>) -> Self {
        let mut items: Vec<Item> = Vec::new();
        let mut item = |tag: &str, id: &str, text: &str, rest: &str, at: f64| {
            let json = format!(
                r#"{{"i":{},"t":"{tag}","x":{},"id":{}{rest}}}"#,
                number(items.len()),
                quoted(text),
                quoted(id)
            );
            items.push(Item { json, at });
            items.len()
        };
        for way in &place.links {
            let href = format!(r#","href":{}"#, quoted(&way.link.to));
            item("a", &way.link.id, &way.link.text, &href, way.link.at);
        }
        let mut count = place.links.len();
        let controls = count;
        for control in place.controls() {
            count = item("button", &control.id, &control.text, "", control.at);
        }
        let mut search = 0;
        if let Some(button) = world.search.as_ref().filter(|_| !place.page.bare) {
            count = item("button", &button.id, &button.text, "", button.at);
            search = number(count - 1);
        }
        let mut submit = 0;
        let page_form = place.form();
        if let Some(form) = page_form {
            let rest = r#","type":"submit""#;
            count = item("button", &form.submit, &form.text, rest, form.at);
            submit = number(count - 1);
        }
        let fixed = count;
        let mut creatives = Vec::new();
        for placement in place.placements() {
            creatives.push(count);
            for creative in &placement.creatives {
                let rest = format!(
                    r#","href":{},"data-snag-ad":{},"data-snag-placement":{}"#,
                    quoted(&creative.to),
                    quoted(&creative.ad),
                    quoted(&placement.placement)
                );
                let id = format!("ad-{}", creative.ad);
                count = item("a", &id, &creative.text, &rest, placement.at);
            }
        }
        let mut form = Vec::new();
        let form_number = number(count);
        if let Some(page_form) = page_form {
            form.push(format!(
                r#"{{"i":{form_number},"t":"form","id":{}}}"#,
                quoted(&page_form.id)
            ));
            for (index, field) in page_form.fields.iter().enumerate() {
                let name = quoted(&field.name);
                form.push(format!(
                    r#"{{"i":{},"t":"input","id":{name},"name":{name},"type":{}}}"#,
                    number(count + 1 + index),
                    quoted(&field.type_)
                ));
            }
        }
        Self {
            title: quoted(&place.page.title),
            search,
            submit,
            form_number,
            form,
            items,
            own: place.own,
            controls,
            creatives,
            fixed,
        }
    }

    /// What is on the page in this view, with its numbers.
    pub(super) fn items(&self, view: &View) -> impl Iterator<Item = (i32, &Item)> {
        let first = if view.empty { self.own } else { 0 };
        let shown = view.creatives.iter().zip(&self.creatives);
        let shown = shown.map(|(creative, first)| first + creative);
        (first..self.fixed)
            .chain(shown)
            .filter_map(|index| Some((number(index), self.items.get(index)?)))
    }

    /// Where the element of this number stands, in screens from the top.
    pub(super) fn at(&self, number: i32) -> f64 {
        let index = usize::try_from(-1 - number).unwrap_or(usize::MAX);
        self.items.get(index).map_or(0.0, |item| item.at)
    }

    pub(super) fn link(&self, index: usize) -> i32 {
        number(index)
    }

    pub(super) fn control(&self, index: usize) -> i32 {
        number(self.controls + index)
    }

    pub(super) fn creative(&self, placement: usize, creative: usize) -> i32 {
        number(self.creatives[placement] + creative)
    }

    pub(super) fn field(&self, index: usize) -> i32 {
        self.form_number - 1 - i32::try_from(index).unwrap_or(0)
    }
}
