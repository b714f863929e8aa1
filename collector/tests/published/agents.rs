//! User agents: woothee's own test set through our agents.

use snag_collector::Agents;

use crate::shared;
use crate::yaml::{entries, get};

#[test]
fn every_case_of_woothee_is_told_as_woothee_tells_it() {
    let Some(directory) = shared("data/user_agents/woothee") else {
        return;
    };
    let agents = Agents::default();
    let mut cases = 0;
    for file in std::fs::read_dir(directory).expect("a directory") {
        let text = std::fs::read_to_string(file.expect("an entry").path()).expect("a text");
        for entry in entries(&text) {
            let target = get(&entry, "target");
            let (agent, bot) = agents.describe(target);
            let known =
                |key| Some(get(&entry, key)).filter(|text| !matches!(*text, "UNKNOWN" | ""));
            let category = get(&entry, "category");
            let device = match category {
                "pc" => "desktop",
                "smartphone" | "mobilephone" => "mobile",
                "appliance" => "appliance",
                _ => "",
            };
            assert_eq!(agent.device, device, "{target}");
            assert_eq!(agent.browser, known("name").unwrap_or_default(), "{target}");
            for (key, found) in [
                ("version", &agent.browser_version),
                ("os", &agent.os),
                ("os_version", &agent.os_version),
            ] {
                // What a case does not mention it does not test.
                if let Some(expected) = known(key) {
                    assert_eq!(found, expected, "{key} of {target}");
                }
            }
            assert!(bot.is_some() || category != "crawler", "{target}");
            cases += 1;
        }
    }
    assert!(cases > 200, "only {cases} cases");
}
