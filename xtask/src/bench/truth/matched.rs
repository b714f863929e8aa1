//! What was planted, what was found, and whether the one is the other.

use anyhow::{Context as _, Result};
use serde_json::Value;

/// A defect that was planted.
#[derive(Debug, Clone)]
pub(super) struct Planted {
    pub(super) kind: String,
    page: String,
    /// Element and field, as far as they matter.
    parts: Vec<String>,
    /// Conversions lost in the whole period, and their share of those there would have been.
    pub(super) lost: f64,
    pub(super) share: f64,
}

/// A finding of the audit.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) rule: String,
    pub(super) title: String,
    page: String,
    elements: Vec<String>,
    /// Low end, conversions and high end a week, where it surely costs any.
    pub(super) cost: Option<[f64; 3]>,
}

/// By which rules a defect may be told; the first is its own.
fn rules(kind: &str) -> &'static [&'static str] {
    match kind {
        "losing_screen" => &["field", "step"],
        "dead_link" => &["dead_link"],
        "unseen_link" => &["unseen_link"],
        "broken_link" => &["broken_link"],
        "dead_control" => &["dead_click", "rage_click"],
        "rage_control" => &["rage_click", "dead_click"],
        "slow_page" => &["slow_page"],
        "script_error" => &["script_error", "error_click", "segment"],
        "lost_around" => &["lost"],
        "failing_search" => &["search"],
        "winning_ad" => &["best_ad"],
        "ad_below_fold" => &["unseen_ad"],
        "mobile_failing_step" => &["dead_click", "segment", "script_error", "error_click"],
        "rejecting_field" => &["field", "step"],
        _ => &[],
    }
}

/// Rules that name no page, and so are told apart by elements alone.
const PAGELESS: [&str; 2] = ["best_ad", "unseen_ad"];

impl Planted {
    pub(super) fn all(truth: &Value) -> Result<Vec<Self>> {
        let defects = truth["defects"]
            .as_array()
            .context("a truth without defects")?;
        defects.iter().map(Self::of).collect()
    }

    fn of(defect: &Value) -> Result<Self> {
        let text = |name: &str| defect[name].as_str().unwrap_or_default().to_owned();
        let number = |name: &str| {
            defect[name]
                .as_f64()
                .with_context(|| format!("a defect without {name}"))
        };
        Ok(Self {
            kind: text("kind"),
            page: text("page"),
            parts: [text("element"), text("field")]
                .into_iter()
                .filter(|part| !part.is_empty())
                .collect(),
            lost: number("lost")?,
            share: number("share")?,
        })
    }

    /// Whether a finding tells of this.
    pub(super) fn is_told_by(&self, found: &Found) -> bool {
        if !rules(&self.kind).contains(&found.rule.as_str()) {
            return false;
        }
        let names = |part: &String| {
            let is_in = |text: &String| text.contains(part.as_str());
            found.elements.iter().any(is_in) || is_in(&found.title)
        };
        let has_part = self.parts.is_empty() || self.parts.iter().any(names);
        match found.rule.as_str() {
            "search" => true,
            // A link whose target is missing is told by its page.
            "broken_link" => found.elements.contains(&self.page) || has_part,
            rule if PAGELESS.contains(&rule) => has_part,
            // A page says of itself what is wrong with it; of its elements each for itself.
            "dead_link" | "unseen_link" => has_part,
            "field" | "dead_click" | "rage_click" => self.page == found.page && has_part,
            _ => self.page == found.page,
        }
    }
}

impl Found {
    pub(super) fn all(audit: &Value) -> Result<Vec<Self>> {
        let findings = audit["findings"]
            .as_array()
            .context("an audit without findings")?;
        Ok(findings.iter().map(Self::of).collect())
    }

    fn of(finding: &Value) -> Self {
        let text = |name: &str| finding[name].as_str().unwrap_or_default().to_owned();
        let elements = finding["elements"].as_array().into_iter().flatten();
        let cost = &finding["cost"];
        let cost = [
            &cost["interval"][0],
            &cost["conversions"],
            &cost["interval"][1],
        ]
        .map(Value::as_f64);
        Self {
            rule: text("rule"),
            title: text("title"),
            page: text("page"),
            elements: elements
                .filter_map(Value::as_str)
                .map(ToOwned::to_owned)
                .collect(),
            cost: match cost {
                [Some(low), Some(lost), Some(high)] if low > 0.0 => Some([low, lost, high]),
                _ => None,
            },
        }
    }
}
