//! The audit finds what was planted, and nothing else.

use snag_analyzer::audit::{
    Change, Rule, Severity, State, costs_of, findings, html, judge, keep, last_audit, recall,
};
use snag_analyzer::format::{Format, render};
use snag_analyzer::{Audit, AuditRequest, Period, audit};

use crate::audited::{Faults, VISITORS, site};
use crate::world::{SITE, World};

async fn audited(world: &World) -> Audit {
    let request = AuditRequest {
        site: SITE.into(),
        period: Period::all(),
        goal: None,
        is_compared: false,
    };
    audit(&world.store, request).await.unwrap()
}

fn rules(audit: &Audit) -> Vec<Rule> {
    audit.findings.iter().map(|finding| finding.rule).collect()
}

async fn found(faults: Faults) -> Audit {
    let world = site(faults, VISITORS, 11).await;
    let found = audited(&world).await;
    world.close().await;
    found
}

#[tokio::test]
async fn on_a_sound_site_nothing_is_found() {
    for seed in [1, 2, 3] {
        let world = site(Faults::default(), VISITORS, seed).await;
        let found = audited(&world).await;
        world.close().await;
        assert_eq!(rules(&found), [], "{seed}: {:#?}", found.findings);
        assert!(
            found.headline.starts_with("nothing wrong"),
            "{}",
            found.headline
        );
        assert!(found.conversions > 500 && found.tested > 20, "{found:?}");
        assert_eq!(found.goal.as_deref(), Some("event:purchase"));
    }
}

#[tokio::test]
async fn each_fault_is_found_by_its_rule_and_no_other_is() {
    let none = Faults::default();
    let cases = [
        (
            Faults {
                script: true,
                ..none
            },
            Rule::ScriptError,
            "/pay/2",
            Severity::Severe,
        ),
        (
            Faults {
                missing: true,
                ..none
            },
            Rule::BrokenLink,
            "/gone",
            Severity::Severe,
        ),
        (
            Faults {
                button: true,
                ..none
            },
            Rule::DeadClick,
            "/list",
            Severity::Severe,
        ),
        (
            Faults { slow: true, ..none },
            Rule::SlowPage,
            "/pay/1",
            Severity::Severe,
        ),
        (
            Faults {
                screen: true,
                ..none
            },
            Rule::Step,
            "/pay/2",
            Severity::Severe,
        ),
        (
            Faults {
                search: true,
                ..none
            },
            Rule::Search,
            "",
            Severity::Moderate,
        ),
        (
            Faults {
                untold: true,
                ..none
            },
            Rule::Untracked,
            "/guide",
            Severity::Minor,
        ),
        (
            Faults {
                astray: true,
                ..none
            },
            Rule::Lost,
            "/list",
            Severity::Severe,
        ),
        (
            Faults {
                silence: true,
                ..none
            },
            Rule::Silence,
            "",
            Severity::Minor,
        ),
        (
            Faults {
                phones: true,
                ..none
            },
            Rule::Segment,
            "/pay/3",
            Severity::Severe,
        ),
    ];
    for (faults, rule, page, severity) in cases {
        let found = found(faults).await;
        assert_eq!(rules(&found), [rule], "{faults:?}: {:#?}", found.findings);
        let finding = &found.findings[0];
        assert_eq!(
            (finding.page.as_str(), finding.severity),
            (page, severity),
            "{finding:#?}"
        );
        assert!(
            found.headline.starts_with("one snag on shop"),
            "{}",
            found.headline
        );
        assert!(
            finding
                .evidence
                .iter()
                .all(|evidence| evidence.command.starts_with("snag ")),
            "{finding:?}"
        );
    }
}

#[tokio::test]
async fn several_faults_are_told_in_the_order_of_what_they_cost() {
    let found = found(Faults {
        script: true,
        missing: true,
        untold: true,
        search: true,
        ..Faults::default()
    })
    .await;
    let costs: Vec<f64> = found
        .findings
        .iter()
        .map(|finding| {
            let sure = finding.cost.filter(|cost| cost.interval.low > 0.0);
            sure.map_or(0.0, |cost| cost.conversions)
        })
        .collect();
    assert!(costs.is_sorted_by(|one, other| one >= other), "{costs:?}");
    let mut rules = rules(&found);
    rules.sort();
    assert_eq!(
        rules,
        [
            Rule::ScriptError,
            Rule::BrokenLink,
            Rule::Search,
            Rule::Untracked
        ],
        "{:#?}",
        found.findings
    );
    // The browser that fails is evidence of the script, and no finding of its own.
    let script = found
        .findings
        .iter()
        .find(|finding| finding.rule == Rule::ScriptError)
        .unwrap();
    assert!(
        script
            .elements
            .iter()
            .any(|element| element == "browser=Safari"),
        "{script:#?}"
    );
    let page = html(&found).unwrap();
    assert!(
        page.contains("TypeError: total is undefined") && !page.contains("<script"),
        "{page}"
    );
    for format in Format::ALL {
        assert!(!render(&found, format, 100).unwrap().is_empty());
    }
}

#[tokio::test]
async fn too_little_is_no_ground_for_an_audit() {
    let world = World::open().await;
    let found = audited(&world).await;
    assert_eq!(
        found.headline,
        "nothing is known of shop here, so nothing can be said"
    );
    world.close().await;
    let world = site(Faults::default(), 1, 3).await;
    let found = audited(&world).await;
    assert_eq!(
        found.headline,
        "one visitor of shop is too few to say anything: 25 are the least"
    );
    assert!(
        found.goal.is_none() && found.notes[0].contains("snag goal save"),
        "{found:?}"
    );
    world.close().await;
}

#[tokio::test]
async fn findings_are_kept_and_judged() {
    let world = site(
        Faults {
            missing: true,
            ..Faults::default()
        },
        VISITORS,
        11,
    )
    .await;
    let mut found = audited(&world).await;
    let id = found.findings[0].id.clone();
    let unknown = judge(&world.store, SITE, &id, State::Fixed, "")
        .await
        .unwrap_err();
    assert!(unknown.to_string().contains("--keep"), "{unknown}");
    keep(&world.store, &found, 1_770_000_000_000).await.unwrap();
    judge(&world.store, SITE, &id, State::Fixed, "led home again")
        .await
        .unwrap();
    // As a later audit has it that finds it no more.
    let mut later = Audit {
        findings: Vec::new(),
        gone: found.findings.clone(),
        ..found.clone()
    };
    recall(&world.store, &mut found).await.unwrap();
    assert_eq!(found.findings[0].state, Some("back"));
    recall(&world.store, &mut later).await.unwrap();
    assert_eq!(later.gone[0].state, Some("mended"));
    judge(&world.store, SITE, &id, State::Muted, "")
        .await
        .unwrap();
    recall(&world.store, &mut found).await.unwrap();
    assert_eq!(found.findings, []);
    recall(&world.store, &mut later).await.unwrap();
    assert_eq!(later.gone, []);
    assert!(
        found.headline.starts_with("nothing wrong"),
        "{}",
        found.headline
    );
    let known = findings(&world.store, SITE).await.unwrap();
    let kept = &known.findings[0];
    assert_eq!(
        (kept.id.as_str(), kept.times, kept.state.as_str()),
        (id.as_str(), 1, "muted")
    );
    assert!(kept.conversions > 0.0 && kept.is_there, "{kept:?}");
    // The whole of it comes back as it was; muted ones are left out.
    let last = last_audit(&world.store, SITE).await.unwrap().unwrap();
    assert_eq!(last.at, 1_770_000_000_000);
    assert_eq!(last.audit.visitors, found.visitors);
    assert_eq!(last.audit.findings, found.findings);
    // An audit that finds nothing has found that.
    let sound = Audit {
        findings: Vec::new(),
        ..found.clone()
    };
    keep(&world.store, &sound, 1_770_000_001_000).await.unwrap();
    let last = last_audit(&world.store, SITE).await.unwrap().unwrap();
    assert!(last.audit.findings.is_empty());
    let known = findings(&world.store, SITE).await.unwrap();
    assert!(
        known.findings.iter().all(|kept| !kept.is_there),
        "{known:?}"
    );
    let costs = costs_of(&world.store, SITE).await.unwrap();
    assert_eq!(costs.len(), known.findings.len());
    let wrong = judge(&world.store, SITE, "00000000", State::Muted, "")
        .await
        .unwrap_err();
    assert!(wrong.to_string().contains(&id), "{wrong}");
    world.close().await;
}

#[tokio::test]
async fn what_came_since_is_told_apart() {
    // The second week is the whole; the fault is there from the start, so it is the same in both.
    let world = site(
        Faults {
            missing: true,
            ..Faults::default()
        },
        VISITORS * 2,
        11,
    )
    .await;
    let request = AuditRequest {
        site: SITE.into(),
        period: Period::new(Some("2026-01-12T10:00:00Z".parse().unwrap()), None).unwrap(),
        goal: None,
        is_compared: true,
    };
    let found = audit(&world.store, request).await.unwrap();
    assert_eq!(rules(&found), [Rule::BrokenLink], "{:#?}", found.findings);
    assert_eq!(found.findings[0].change, Some(Change::Same));
    assert_eq!(found.gone, []);
    world.close().await;
}
