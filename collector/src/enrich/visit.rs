//! What holds for all events of a batch and is found once: who sent it, with what, from where.
//!
//! Neighbouring events mostly happen on one page, so the last page's address is kept too.

use std::sync::Arc;

use snag_beacon::{Batch, Event};

use super::{
    BotReason, Knowledge, PageAddress, Place, Sender, Visitors, agent::Agent, page_address, visitor,
};
use crate::row::{EventRow, number};

/// A batch and its sender, looked up.
#[derive(Debug)]
pub(super) struct Visit<'a> {
    pub(super) batch: &'a Batch<'a>,
    /// Why the sender seems to be a bot, the strongest reason first.
    pub(super) bot: [Option<BotReason>; 3],
    agent: Arc<Agent>,
    place: Option<Arc<Place>>,
    visitor: u64,
    visitor_before: u64,
    page: Option<(&'a str, Option<PageAddress<'a>>)>,
    pageview: Option<(u32, u64)>,
}

impl<'a> Visit<'a> {
    pub(super) fn of(knowledge: &Knowledge<'_>, sender: &Sender<'_>, batch: &'a Batch<'a>) -> Self {
        let parsed = knowledge.agents.parse(sender.user_agent, &sender.hints);
        let is_data_centre = knowledge
            .networks
            .is_some_and(|networks| networks.is_data_centre(sender.address));
        let (visitor, visitor_before) =
            visitor::identify(&knowledge.visitors, knowledge.now, &batch.site, sender);
        Self {
            batch,
            bot: [
                batch.automated.then_some(BotReason::Webdriver),
                parsed.bot,
                is_data_centre.then_some(BotReason::DataCentre),
            ],
            agent: Arc::clone(&parsed.agent),
            place: match &knowledge.visitors {
                Visitors::Named(_, Some(place)) => Some(Arc::clone(place)),
                _ => knowledge
                    .places
                    .and_then(|places| places.find(sender.address)),
            },
            visitor,
            visitor_before,
            page: None,
            pageview: None,
        }
    }

    /// A row with what the batch and its sender tell.
    pub(super) fn row(&mut self, now: i64, index: usize, event: &Event<'_>) -> EventRow<'a> {
        EventRow {
            site: self.batch.site.as_ref().into(),
            received_at: now,
            seq: u32::try_from(index).unwrap_or(u32::MAX),
            visitor: self.visitor,
            visitor_before: self.visitor_before,
            pageview: self.pageview(event.view),
            viewport: self.batch.viewport,
            agent: Some(Arc::clone(&self.agent)),
            place: self.place.clone(),
            ..EventRow::default()
        }
    }

    /// The address of an event's page.
    pub(super) fn page(
        &mut self,
        knowledge: &Knowledge<'_>,
        url: &'a str,
    ) -> Option<PageAddress<'a>> {
        match &self.page {
            Some((known, address)) if *known == url => address.clone(),
            _ => {
                let kept = knowledge.sites.query_parameters(&self.batch.site);
                let address = page_address(url, kept);
                self.page = Some((url, address.clone()));
                address
            }
        }
    }

    fn pageview(&mut self, view: u32) -> u64 {
        match self.pageview {
            Some((known, id)) if known == view => id,
            _ => {
                let id = pageview_id(self.batch, view);
                self.pageview = Some((view, id));
                id
            }
        }
    }
}

/// Number of the pageview that an event belongs to; 0 when the page load has none.
fn pageview_id(batch: &Batch<'_>, view: u32) -> u64 {
    if batch.page == 0 {
        return 0;
    }
    let site = batch.site.as_bytes();
    let told = [site, &batch.page.to_le_bytes(), &view.to_le_bytes()].concat();
    number(blake3::hash(&told))
}
