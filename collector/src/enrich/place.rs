//! Country, region and city of an address, from a MaxMind database where one is configured.
//!
//! Only the few fields that are stored are decoded. The address itself goes no further.

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use maxminddb::Reader;
use serde::Deserialize;

use super::{Draft, DropReason, Knowledge};

/// Where an address is. Unknown parts are empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Place {
    /// ISO 3166-1 code.
    pub(crate) country: String,
    /// English name of the first subdivision.
    pub(crate) region: String,
    /// English name.
    pub(crate) city: String,
}

/// A geo database that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error(
    "geo database {path}: {reason}; give a readable MaxMind City or Country database, or remove the setting"
)]
pub struct GeoError {
    path: PathBuf,
    reason: String,
}

/// An open geo database.
#[derive(Debug)]
pub struct Places(Reader<Vec<u8>>);

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
        self.names
            .as_ref()
            .and_then(|names| names.en)
            .unwrap_or_default()
            .to_owned()
    }
}

impl Places {
    /// Reads the database into memory and checks that it is whole.
    ///
    /// # Errors
    /// When the file cannot be read, or is no sound MaxMind database.
    pub fn open(path: &Path) -> Result<Self, GeoError> {
        let fail = |reason: String| GeoError {
            path: path.to_owned(),
            reason,
        };
        let reader = Reader::open_readfile(path).map_err(|e| fail(e.to_string()))?;
        reader.verify().map_err(|e| fail(e.to_string()))?;
        Ok(Self(reader))
    }

    /// Where the address is; unknown addresses give an empty place.
    #[must_use]
    pub(crate) fn find(&self, address: IpAddr) -> Place {
        let Ok(Some(record)) = self
            .0
            .lookup(address)
            .and_then(|found| found.decode::<Record<'_>>())
        else {
            return Place::default();
        };
        Place {
            country: record
                .country
                .and_then(|country| country.iso_code)
                .unwrap_or_default()
                .to_owned(),
            region: record
                .subdivisions
                .first()
                .map(Named::english)
                .unwrap_or_default(),
            city: record.city.as_ref().map(Named::english).unwrap_or_default(),
        }
    }
}

pub(super) fn locate(knowledge: &Knowledge<'_>, draft: &mut Draft<'_>) -> Result<(), DropReason> {
    if let Some(places) = knowledge.places {
        draft.row.place = places.find(draft.sender.address);
    }
    Ok(())
}
