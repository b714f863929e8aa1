//! Bots: how many known crawlers are recognised, and how many browsers are taken for one.

use snag_collector::{Agents, SpamReferrers};

use crate::yaml::{entries, get};
use crate::{json, text};

/// Families of the uap-core tests with which people see pages: browsers, and apps that show pages within themselves.
/// Left out of the tests' families: crawlers and link fetchers (Steeler, Charlotte, WIRE, Orbiter are crawlers of
/// universities and directories, Ghost is a server), tools, libraries, monitors, readers of feeds, mail programs,
/// players, and apps that only talk to their own servers.
const BROWSERS: &[&str] = &[
    "115 Browser",
    "360 Secure Browser",
    "AOL",
    "AOL Desktop Gold Browser",
    "AOL Shield Browser",
    "AVG",
    "Aloha Browser",
    "Amazon Silk",
    "Android",
    "Apple Mail",
    "Atom Browser",
    "Avast Secure Browser",
    "Avira",
    "Baidu Browser",
    "Baidu Explorer",
    "Basilisk",
    "BlackBerry WebKit",
    "Brave",
    "Bunjalloo",
    "CCleaner",
    "Camoufox",
    "Chrome",
    "Chrome Frame",
    "Chrome Mobile",
    "Chrome Mobile WebView",
    "Chrome Mobile iOS",
    "Chromium",
    "Chromium GOST Browser",
    "Coc Coc",
    "Comodo Dragon",
    "Conkeror",
    "Cooliris",
    "Craving Explorer Browser",
    "Crosswalk",
    "Decentr Web3 Browser",
    "Dolfin",
    "Dolphin",
    "Dragon",
    "DuckDuckGo Mobile",
    "Ecosia Android",
    "Ecosia iOS",
    "Edge",
    "Edge Mobile",
    "Electron",
    "Espial",
    "Facebook",
    "Facebook Messenger",
    "FireWeb",
    "Firefox",
    "Firefox (Shiretoko)",
    "Firefox Beta",
    "Firefox Mobile",
    "Firefox iOS",
    "Flipboard",
    "Google",
    "HbbTV",
    "HeyTap Browser",
    "HiBrowser",
    "Hola Browser",
    "Honor Browser",
    "Huawei Browser",
    "ICE Browser",
    "IE",
    "IE Large Screen",
    "IE Mobile",
    "IceCat",
    "Instabridge",
    "Instagram",
    "Iron",
    "Island for iPhone",
    "JiSu Browser",
    "KakaoTalk",
    "Kindle",
    "Konqueror",
    "LINE",
    "Ladybird",
    "Lightning",
    "Lite Browser",
    "LuaKit",
    "Mail.ru Chromium Browser",
    "Maxthon",
    "Midori",
    "Minimo",
    "Mint Browser",
    "MiuiBrowser",
    "Mobile Safari",
    "Mobile Safari UI/WKWebView",
    "MozillaDeveloperPreview",
    "MullvadBrowser",
    "Mypal Browser",
    "NCSA Mosaic",
    "NetCast Smart TV",
    "NetFront",
    "NetFront NX",
    "Nokia Browser",
    "Nokia OSS Browser",
    "Norton",
    "ONE Browser",
    "Obigo",
    "Oculus Browser",
    "Open Wave",
    "Openwave",
    "Opera",
    "Opera Coast",
    "Opera GX",
    "Opera Mini",
    "Opera Mobile",
    "Opera Neon",
    "Opera Tablet",
    "Opera Touch",
    "Otter",
    "Ovi Browser",
    "Pale Moon",
    "Phantom Browser",
    "Phoenix Browser",
    "Pinterest",
    "Planetweb",
    "PlayTube",
    "Puffin",
    "QAX Browser",
    "QQ Browser",
    "QQ Browser Mini",
    "QQ Browser Mobile",
    "Qt Web Engine",
    "QtCarBrowser",
    "Quark",
    "Quark PC",
    "QupZilla",
    "Rekonq",
    "RockMelt",
    "Roku",
    "Safari",
    "Sailfish Browser",
    "Samsung Internet",
    "Sber Browser",
    "Seznam prohlížeč",
    "Skyfire",
    "Sleipnir",
    "Smart Lenovo Browser",
    "SmartTV WebBrowser",
    "Snapchat",
    "Snowshoe",
    "Sparrow Browser",
    "Steam Client",
    "Steam Deck",
    "Steam GameOverlay",
    "Talon Cyber Security Browser",
    "Teleca Browser",
    "Tenta Browser",
    "ThunderBrowse",
    "TikTok",
    "TopBuzz",
    "Twitter",
    "UC Browser",
    "UP.Browser",
    "Unique",
    "Vewd Browser",
    "Vivaldi",
    "VivoBrowser",
    "WeChat Browser",
    "WeTab",
    "WebKit Nightly",
    "Weibo",
    "Whale",
    "Wolvic Browser",
    "Yandex Browser",
    "iBrowser Mini",
    "iRAPP",
    "mDolphin",
    "qutebrowser",
    "webOS Browser",
];

/// Agents of these families that fetch for a service all the same, by what gives them away.
const FETCHERS: &[&str] = &["Google Web Preview", "Pinterest/0."];

#[test]
fn known_crawlers_are_recognised() {
    let Some(list) = json("data/user_agents/crawler_instances.json") else {
        return;
    };
    let agents = Agents::default();
    let all: Vec<&str> = list
        .as_array()
        .expect("a list")
        .iter()
        .map(|agent| agent.as_str().expect("a text"))
        .collect();
    let missed: Vec<&&str> = all
        .iter()
        .filter(|agent| agents.describe(agent).1.is_none())
        .collect();
    let share = missed.len() as f64 / all.len() as f64;
    println!("recall {:.2} % of {}", 100.0 * (1.0 - share), all.len());
    assert!(share <= 0.01, "{} missed: {missed:#?}", missed.len());
}

#[test]
fn browsers_are_not_taken_for_bots() {
    let Some(text) = text("data/user_agents/test_ua.yaml.gz") else {
        return;
    };
    let agents = Agents::default();
    let entries = entries(&text);
    let browsers: Vec<&str> = entries
        .iter()
        .filter(|entry| BROWSERS.contains(&get(entry, "family")))
        .map(|entry| get(entry, "user_agent_string"))
        .filter(|agent| !FETCHERS.iter().any(|word| agent.contains(word)))
        .collect();
    let mistaken: Vec<(&str, &str)> = browsers
        .iter()
        .filter_map(|agent| Some((agents.describe(agent).1?.word(), *agent)))
        .collect();
    println!(
        "{} false alarms of {} browsers",
        mistaken.len(),
        browsers.len()
    );
    assert!(browsers.len() > 400);
    assert!(mistaken.len() * 1000 <= browsers.len(), "{mistaken:#?}");
}

/// The larger set is of devices, not of browsers: it also has the agents of apps and of phones that ran no scripts.
/// Only agents that name an engine which does are counted.
#[test]
fn browsers_of_sixteen_thousand_devices_are_not_taken_for_bots() {
    let Some(text) = text("data/user_agents/test_device.yaml.gz") else {
        return;
    };
    let agents = Agents::default();
    let entries = entries(&text);
    let engines = ["AppleWebKit/", "Gecko/", "Trident/", "Presto/"];
    let browsers: Vec<&str> = entries
        .iter()
        .filter(|entry| get(entry, "family") != "Spider")
        .map(|entry| get(entry, "user_agent_string"))
        .filter(|agent| agent.starts_with("Mozilla/5.0 (") || agent.starts_with("Opera/"))
        .filter(|agent| engines.iter().any(|engine| agent.contains(engine)))
        .collect();
    let mistaken: Vec<(&str, &str)> = browsers
        .iter()
        .filter_map(|agent| Some((agents.describe(agent).1?.word(), *agent)))
        .collect();
    println!(
        "{} false alarms of {} browsers of devices",
        mistaken.len(),
        browsers.len()
    );
    assert!(browsers.len() > 8000);
    assert!(mistaken.len() * 1000 <= browsers.len(), "{mistaken:#?}");
}

#[test]
fn a_published_list_of_spam_referrers_is_understood_and_its_hosts_recognised() {
    let Some(text) = text("data/acquisition/spammers.txt") else {
        return;
    };
    let listed = SpamReferrers::parse(&text, "spammers.txt".as_ref()).expect("a list");
    let hosts: Vec<&str> = text.lines().filter(|line| !line.is_empty()).collect();
    assert!(hosts.len() > 2000);
    assert!(hosts.iter().all(|host| listed.covers(&host.to_lowercase())));
    assert!(!listed.covers("google.com") && !listed.covers("shop.example"));
}
