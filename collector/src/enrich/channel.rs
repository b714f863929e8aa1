//! The channel of a visit: GA4's default channel grouping, with AI assistants beside it.
//!
//! Click identifiers speak of an ad only on visits from those who sell that ad; Facebook's is on every link, so it never
//! does. Of an identifier only the name is known here.

use super::source::{Kind, Known};

/// How a visit came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Channel {
    #[default]
    Direct,
    CrossNetwork,
    PaidShopping,
    PaidSearch,
    PaidSocial,
    PaidVideo,
    Display,
    PaidOther,
    OrganicShopping,
    OrganicSocial,
    OrganicVideo,
    OrganicSearch,
    Referral,
    Email,
    Affiliates,
    Audio,
    Sms,
    Push,
    Ai,
    Unassigned,
}

impl Channel {
    /// The channel's name, as GA4 writes it.
    #[must_use]
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Direct => "Direct",
            Self::CrossNetwork => "Cross-network",
            Self::PaidShopping => "Paid Shopping",
            Self::PaidSearch => "Paid Search",
            Self::PaidSocial => "Paid Social",
            Self::PaidVideo => "Paid Video",
            Self::Display => "Display",
            Self::PaidOther => "Paid Other",
            Self::OrganicShopping => "Organic Shopping",
            Self::OrganicSocial => "Organic Social",
            Self::OrganicVideo => "Organic Video",
            Self::OrganicSearch => "Organic Search",
            Self::Referral => "Referral",
            Self::Email => "Email",
            Self::Affiliates => "Affiliates",
            Self::Audio => "Audio",
            Self::Sms => "SMS",
            Self::Push => "Mobile Push Notifications",
            Self::Ai => "AI Assistants",
            Self::Unassigned => "Unassigned",
        }
    }
}

/// Click identifiers: the parameter, whose it is, and whether it speaks of an ad.
const CLICK_IDS: &[(&str, &str, bool)] = &[
    ("gclid", "google", true),
    ("gbraid", "google", true),
    ("wbraid", "google", true),
    ("dclid", "google", true),
    ("msclkid", "bing", true),
    ("yclid", "yandex", true),
    ("ttclid", "tiktok", true),
    ("twclid", "twitter", true),
    ("li_fat_id", "linkedin", true),
    ("rdt_cid", "reddit", true),
    ("epik", "pinterest", true),
    ("sccid", "snapchat", true),
    ("fbclid", "facebook", false),
    ("igshid", "instagram", false),
];

/// The click identifier with this parameter's name, by its own name.
#[must_use]
pub(super) fn click_id(parameter: &str) -> Option<&'static str> {
    CLICK_IDS
        .iter()
        .map(|(name, _, _)| *name)
        .find(|name| name.eq_ignore_ascii_case(parameter))
}

/// The word of the source that a click identifier is of.
pub(super) fn owner(click_id: &str) -> Option<&'static str> {
    CLICK_IDS
        .iter()
        .find(|(name, _, _)| *name == click_id)
        .map(|(_, owner, _)| *owner)
}

/// What is known of how a visit came about.
#[derive(Debug)]
pub(super) struct Touch<'a> {
    /// Name of the source; empty when there is none.
    pub(super) source: &'a str,
    /// The source, where it is a known one.
    pub(super) known: Option<Known>,
    /// The campaign's word for the source speaks of ads.
    pub(super) is_ad: bool,
    pub(super) medium: &'a str,
    pub(super) campaign: &'a str,
    /// Name of the click identifier, or empty.
    pub(super) click_id: &'a str,
}

/// The channel, by the order of GA4's rules (support.google.com/analytics/answer/9756891).
#[must_use]
pub(super) fn channel(touch: &Touch<'_>) -> Channel {
    let medium = touch.medium.trim().to_ascii_lowercase();
    let medium = medium.as_str();
    let campaign = touch.campaign.to_ascii_lowercase();
    let source = touch.source.to_ascii_lowercase();
    let kind = touch.known.map(|known| known.kind);
    let is_shopping = kind == Some(Kind::Shopping) || names_shop(&campaign);
    if campaign.contains("cross-network") {
        return Channel::CrossNetwork;
    }
    if matches!(
        medium,
        "display" | "banner" | "expandable" | "interstitial" | "cpm"
    ) {
        return Channel::Display;
    }
    let is_paid = touch.is_ad || is_paid_medium(medium) || is_paid_click(touch);
    if is_paid {
        return match kind {
            _ if is_shopping => Channel::PaidShopping,
            Some(Kind::Search) => Channel::PaidSearch,
            Some(Kind::Social) => Channel::PaidSocial,
            Some(Kind::Video) => Channel::PaidVideo,
            Some(Kind::Ads) => Channel::Display,
            _ => Channel::PaidOther,
        };
    }
    match kind {
        _ if is_shopping => Channel::OrganicShopping,
        Some(Kind::Ads) => Channel::Display,
        Some(Kind::Social) => Channel::OrganicSocial,
        _ if matches!(
            medium,
            "social" | "social-network" | "social-media" | "sm" | "social network" | "social media"
        ) =>
        {
            Channel::OrganicSocial
        }
        Some(Kind::Video) => Channel::OrganicVideo,
        _ if medium.contains("video") => Channel::OrganicVideo,
        Some(Kind::Search) => Channel::OrganicSearch,
        _ if medium == "organic" => Channel::OrganicSearch,
        Some(Kind::Ai) => Channel::Ai,
        Some(Kind::Email) => Channel::Email,
        _ if is_email(medium) || is_email(&source) || source.starts_with("newsletter") => {
            Channel::Email
        }
        _ if matches!(medium, "affiliate" | "affiliates") => Channel::Affiliates,
        _ if matches!(medium, "referral" | "app" | "link") => Channel::Referral,
        _ if medium == "audio" => Channel::Audio,
        _ if medium == "sms" || source == "sms" => Channel::Sms,
        _ if is_push(medium) || source == "firebase" => Channel::Push,
        _ if !source.is_empty() => Channel::Referral,
        _ if medium.is_empty() && campaign.is_empty() => Channel::Direct,
        _ => Channel::Unassigned,
    }
}

/// `^(.*cp.*|ppc|retargeting|paid.*)$`
fn is_paid_medium(medium: &str) -> bool {
    medium.contains("cp") || matches!(medium, "ppc" | "retargeting") || medium.starts_with("paid")
}

/// `^(.*(([^a-df-z]|^)shop|shopping).*)$`: "shop", "e-shop" and "eshop", but not "bishop".
fn names_shop(campaign: &str) -> bool {
    campaign.contains("shopping")
        || campaign.match_indices("shop").any(|(at, _)| {
            let before = campaign[..at].bytes().next_back();
            before.is_none_or(|byte| !byte.is_ascii_lowercase() || byte == b'e')
        })
}

fn is_paid_click(touch: &Touch<'_>) -> bool {
    let Some((_, owner, true)) = CLICK_IDS
        .iter()
        .find(|(name, _, _)| *name == touch.click_id)
    else {
        return false;
    };
    let seller = super::source::by_word(owner).0;
    seller.is_some_and(|seller| seller.name == touch.source)
}

fn is_email(word: &str) -> bool {
    matches!(
        word,
        "email" | "e-mail" | "e_mail" | "e mail" | "newsletter"
    )
}

fn is_push(medium: &str) -> bool {
    medium.ends_with("push") || medium.contains("mobile") || medium.contains("notification")
}
