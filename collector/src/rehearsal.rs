//! A beacon's way from its bytes to its rows, without network and disk: what benchmarks measure.
//!
//! It takes the same steps as receiving does, in the same order; it keeps nothing.

use std::net::IpAddr;
use std::path::Path;

use crate::encoding::RowBinary;
use crate::enrich::{
    Agents, BotRules, ClientHints, Knowledge, MmdbError, Places, Salt, SaltPair, Sender, Sites,
    SpamReferrers, Visitors, enrich,
};

/// Everything that a batch is enriched by.
#[derive(Debug)]
pub struct Rehearsal {
    agents: Agents,
    bots: BotRules,
    places: Option<Places>,
    salts: SaltPair,
    sites: Sites,
    spam: SpamReferrers,
    rows: Vec<u8>,
}

impl Rehearsal {
    /// Ready to begin, with a geo database or without.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub fn new(geo_database: Option<&Path>) -> Result<Self, MmdbError> {
        let salt = Salt {
            key: [7; 32],
            since: 0,
        };
        Ok(Self {
            agents: Agents::default(),
            bots: BotRules::default(),
            places: geo_database.map(Places::open).transpose()?,
            salts: SaltPair {
                current: salt,
                previous: None,
            },
            sites: Sites::default(),
            spam: SpamReferrers::default(),
            rows: Vec::new(),
        })
    }

    /// Decodes a body, enriches it for a sender and encodes the rows; gives the length of these in bytes.
    ///
    /// # Errors
    /// When the body is no batch.
    pub fn run(
        &mut self,
        body: &[u8],
        address: IpAddr,
        user_agent: &str,
    ) -> Result<usize, snag_beacon::DecodeError> {
        let batch = snag_beacon::decode(body)?;
        let knowledge = Knowledge {
            now: 1_767_607_200_000,
            visitors: Visitors::Salted(&self.salts),
            sites: &self.sites,
            bots: &self.bots,
            agents: &self.agents,
            places: self.places.as_ref(),
            networks: None,
            spam: &self.spam,
        };
        let sender = Sender {
            address,
            user_agent,
            hints: ClientHints::default(),
        };
        let enriched = enrich(&knowledge, &sender, &batch);
        self.rows.clear();
        for row in &enriched.events {
            row.write(&mut RowBinary(&mut self.rows));
        }
        for row in &enriched.elements {
            row.write(&mut RowBinary(&mut self.rows));
        }
        Ok(self.rows.len())
    }
}
