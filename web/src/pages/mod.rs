//! The dashboard's pages, one file each.

pub(crate) mod account;
pub(crate) mod funnels;
pub(crate) mod overview;
pub(crate) mod page;
pub(crate) mod people;
pub(crate) mod reports;
pub(crate) mod settings;
pub(crate) mod sign_in;
pub(crate) mod sites;
pub(crate) mod snags;
pub(crate) mod table;

use jiff::Timestamp;

use crate::asked::Asked;
use crate::problem::Problem;
use crate::view::View;

/// What the address of a page of a site looks at.
pub(crate) fn view(asked: &Asked) -> Result<View, Problem> {
    View::read(asked.site(), &asked.query, Timestamp::now())
}

/// A field that has to be there.
pub(crate) fn field(form: &crate::asked::Pairs, name: &str) -> Result<String, Problem> {
    match form
        .get(name)
        .map(str::trim)
        .filter(|text| !text.is_empty())
    {
        Some(text) => Ok(text.to_owned()),
        None => Err(Problem::bad(format!("{name} is missing"))),
    }
}

/// Where a page of the site is.
pub(crate) fn of_site(asked: &Asked, page: &str) -> String {
    format!("/sites/{}{page}", asked.site())
}
