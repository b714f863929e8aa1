//! What can be wrong with a site, and what that changes in it.
//!
//! Invariant: a defect changes what visitors meet and nothing else; what they do about it follows from the walk.

use serde::{Deserialize, Serialize};

use super::{Failure, Form, Link, Page, Placement, World};

/// Kinds of defects. What `strength`, a share from 0 to 1, means stands with each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DefectKind {
    /// A form loses people at a field: the share of those who come to it that give up there.
    LosingScreen,
    /// A link in sight that no one needs: by how much it is clicked less; 1 is never.
    DeadLink,
    /// A link stands where hardly anyone looks: 5 screens down, up to 3 more.
    UnseenLink,
    /// A link leads to a page that is not there: share of its clicks.
    BrokenLink,
    /// A button does nothing: share of its uses. Who needs it is lost.
    DeadControl,
    /// A button answers so late that people click again and again: share of its uses.
    RageControl,
    /// A page comes late: by up to 8 seconds.
    SlowPage,
    /// A script's error stops a form in one browser: share of those who submit it there.
    ScriptError,
    /// The links of a page do not tell where they lead: how much less people find theirs.
    LostAround,
    /// The search finds nothing: share of the searches.
    FailingSearch,
    /// Of the ads of a placement one is clicked more: by 1 to 3 times as much as the others.
    WinningAd,
    /// A place for ads lies below what most people see: 2 screens down, up to 2 more.
    AdBelowFold,
    /// A form does not go through on what is held in one hand: share of those who submit it there.
    MobileFailingStep,
    /// A field refuses what is right: share of those who fill it in.
    RejectingField,
}

impl DefectKind {
    /// All kinds.
    pub const ALL: [Self; 14] = [
        Self::LosingScreen,
        Self::DeadLink,
        Self::UnseenLink,
        Self::BrokenLink,
        Self::DeadControl,
        Self::RageControl,
        Self::SlowPage,
        Self::ScriptError,
        Self::LostAround,
        Self::FailingSearch,
        Self::WinningAd,
        Self::AdBelowFold,
        Self::MobileFailingStep,
        Self::RejectingField,
    ];

    /// Its name, as files and people write it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::LosingScreen => "losing_screen",
            Self::DeadLink => "dead_link",
            Self::UnseenLink => "unseen_link",
            Self::BrokenLink => "broken_link",
            Self::DeadControl => "dead_control",
            Self::RageControl => "rage_control",
            Self::SlowPage => "slow_page",
            Self::ScriptError => "script_error",
            Self::LostAround => "lost_around",
            Self::FailingSearch => "failing_search",
            Self::WinningAd => "winning_ad",
            Self::AdBelowFold => "ad_below_fold",
            Self::MobileFailingStep => "mobile_failing_step",
            Self::RejectingField => "rejecting_field",
        }
    }

    /// The kind of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Strengths that are drawn where none is given: from what is felt to what is plain.
    pub(crate) const fn strengths(self) -> (f64, f64) {
        match self {
            Self::LosingScreen => (0.15, 0.5),
            Self::DeadLink => (0.995, 1.0),
            Self::UnseenLink | Self::AdBelowFold => (0.2, 1.0),
            Self::BrokenLink | Self::DeadControl | Self::RageControl | Self::ScriptError => {
                (0.5, 1.0)
            }
            Self::SlowPage | Self::FailingSearch | Self::MobileFailingStep => (0.4, 1.0),
            Self::LostAround => (0.7, 1.0),
            Self::WinningAd => (0.4, 1.0),
            Self::RejectingField => (0.2, 0.6),
        }
    }
}

/// Something wrong, and where. What is left empty does not matter to its kind, or is drawn when it is planted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Defect {
    /// What.
    pub kind: DefectKind,
    /// How bad, from 0 to 1; 0 has one drawn.
    #[serde(default)]
    pub strength: f64,
    /// Path of its page.
    #[serde(default)]
    pub page: String,
    /// `id` of its element; for a place of ads its name, for an ad the ad's.
    #[serde(default)]
    pub element: String,
    /// Name of its field.
    #[serde(default)]
    pub field: String,
    /// In which browser.
    #[serde(default)]
    pub browser: String,
}

impl Defect {
    /// One of this kind, wherever there is a place.
    pub const fn of(kind: DefectKind, strength: f64) -> Self {
        Self {
            kind,
            strength,
            page: String::new(),
            element: String::new(),
            field: String::new(),
            browser: String::new(),
        }
    }

    /// Changes the world as the defect does. One that has no place changes nothing.
    pub(crate) fn apply(&self, world: &mut World) {
        let strength = self.strength;
        if self.kind == DefectKind::FailingSearch
            && let Some(search) = &mut world.search
        {
            search.fails = search.fails.max(strength);
        }
        let Some(page) = world.page_mut(&self.page) else {
            return;
        };
        match self.kind {
            DefectKind::LosingScreen => {
                if let Some(field) = self.field_of(page) {
                    field.stops = 1.0 - (1.0 - field.stops) * (1.0 - strength);
                    field.seconds *= 1.5;
                }
            }
            DefectKind::RejectingField => {
                if let Some(field) = self.field_of(page) {
                    field.rejects = strength;
                }
            }
            DefectKind::DeadLink => {
                if let Some(link) = self.link_of(page) {
                    link.pull *= 1.0 - strength;
                }
            }
            DefectKind::UnseenLink => {
                let at = 5.0 + 3.0 * strength;
                if let Some(link) = self.link_of(page) {
                    link.at = at;
                    page.screens = page.screens.max(at + 0.5);
                }
            }
            DefectKind::BrokenLink => {
                if let Some(link) = self.link_of(page) {
                    link.broken = strength;
                }
            }
            DefectKind::DeadControl | DefectKind::RageControl => {
                let mut controls = page.controls.iter_mut();
                if let Some(control) = controls.find(|control| control.id == self.element) {
                    match self.kind {
                        DefectKind::DeadControl => control.dead = strength,
                        _ => control.late = strength,
                    }
                }
            }
            DefectKind::SlowPage => page.load += 8000.0 * strength,
            DefectKind::LostAround => page.clarity = 1.0 - strength,
            DefectKind::ScriptError => self.fail(page, &self.browser, false),
            DefectKind::MobileFailingStep => self.fail(page, "", true),
            DefectKind::WinningAd => {
                let creatives = page.ads.iter_mut().flat_map(|place| &mut place.creatives);
                for creative in creatives.filter(|creative| creative.ad == self.element) {
                    creative.rate = (creative.rate * (1.0 + 2.0 * strength)).min(1.0);
                }
            }
            DefectKind::AdBelowFold => {
                let at = 2.0 + 2.0 * strength;
                if let Some(place) = self.placement_of(page) {
                    place.at = at;
                    page.screens = page.screens.max(at + 0.5);
                }
            }
            DefectKind::FailingSearch => {}
        }
    }

    /// Changes the world as if this had been put right, all else being as it is. Where an ad wins, that is to show it alone.
    pub(crate) fn mend(&self, world: &mut World) {
        if self.kind != DefectKind::WinningAd {
            return;
        }
        self.apply(world);
        let Some(page) = world.page_mut(&self.page) else {
            return;
        };
        for place in &mut page.ads {
            if place
                .creatives
                .iter()
                .any(|creative| creative.ad == self.element)
            {
                place
                    .creatives
                    .retain(|creative| creative.ad == self.element);
            }
        }
    }

    fn fail(&self, page: &mut Page, browser: &str, mobile: bool) {
        let message = match self.kind {
            DefectKind::ScriptError => "TypeError: form.requestSubmit is not a function",
            _ => "",
        };
        if let Some(form) = &mut page.form {
            form.failures.push(Failure {
                browser: browser.to_owned(),
                mobile,
                share: self.strength,
                message: message.to_owned(),
            });
        }
    }

    fn field_of<'a>(&self, page: &'a mut Page) -> Option<&'a mut super::Field> {
        let form: &mut Form = page.form.as_mut()?;
        form.fields
            .iter_mut()
            .find(|field| field.name == self.field)
    }

    fn link_of<'a>(&self, page: &'a mut Page) -> Option<&'a mut Link> {
        page.links.iter_mut().find(|link| link.id == self.element)
    }

    fn placement_of<'a>(&self, page: &'a mut Page) -> Option<&'a mut Placement> {
        page.ads
            .iter_mut()
            .find(|place| place.placement == self.element)
    }
}

impl World {
    /// The world with all that is wrong with it.
    pub(crate) fn spoilt(&self) -> Self {
        let mut world = self.clone();
        for defect in &self.defects {
            defect.apply(&mut world);
        }
        world
    }

    /// The world with one thing put right: that of this number.
    pub(crate) fn mended(&self, number: usize) -> Self {
        let mut world = self.clone();
        let rest = self.defects.iter().enumerate();
        for (_, defect) in rest.filter(|(other, _)| *other != number) {
            defect.apply(&mut world);
        }
        if let Some(defect) = self.defects.get(number) {
            defect.mend(&mut world);
        }
        world
    }
}
