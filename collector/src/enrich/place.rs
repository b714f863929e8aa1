//! Country, region and city of an address, from a MaxMind database where one is configured.
//!
//! Only the few fields that are stored are decoded, once a record. The address itself goes no further.

use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;

use serde::Deserialize;

use super::mmdb::{Lookup, MmdbError};

/// Where an address is. Unknown parts are empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Place {
    /// ISO 3166-1 code.
    pub country: String,
    /// English name of the first subdivision.
    pub region: String,
    /// English name.
    pub city: String,
}

/// An open geo database.
#[derive(Debug)]
pub struct Places(Lookup<Arc<Place>>);

#[derive(Deserialize)]
struct Record<'a> {
    #[serde(borrow)]
    country: Option<Coded<'a>>,
    #[serde(borrow, default)]
    subdivisions: Vec<Named<'a>>,
    #[serde(borrow)]
    city: Option<Named<'a>>,
}

#[derive(Deserialize)]
struct Coded<'a> {
    iso_code: Option<&'a str>,
}

#[derive(Deserialize)]
struct Named<'a> {
    #[serde(borrow)]
    names: Option<English<'a>>,
}

#[derive(Deserialize)]
struct English<'a> {
    en: Option<&'a str>,
}

impl Named<'_> {
    fn english(&self) -> String {
        let name = self.names.as_ref().and_then(|names| names.en);
        name.unwrap_or_default().to_owned()
    }
}

impl From<Record<'_>> for Arc<Place> {
    fn from(record: Record<'_>) -> Self {
        let country = record.country.and_then(|country| country.iso_code);
        let region = record.subdivisions.first().map(Named::english);
        Arc::new(Place {
            country: country.unwrap_or_default().to_owned(),
            region: region.unwrap_or_default(),
            city: record.city.as_ref().map(Named::english).unwrap_or_default(),
        })
    }
}

impl Places {
    /// Reads the database into memory and checks that it is whole.
    ///
    /// # Errors
    /// When the file cannot be read, or is no sound MaxMind database of cities or countries.
    pub fn open(path: &Path) -> Result<Self, MmdbError> {
        Lookup::open(path, "City or Country", &["City", "Country", "Enterprise"]).map(Self)
    }

    /// Where the address is; `None` when the database does not know.
    #[must_use]
    pub fn find(&self, address: IpAddr) -> Option<Arc<Place>> {
        self.0.find::<Record<'_>>(address)
    }
}
