//! Client hints: what a browser says of itself in headers, where its user agent has frozen.
//!
//! Read leniently: what is not understood changes nothing. Only names that are known get through, so that no one can
//! fill the tables with words of their own.

use super::agent::Agent;

/// The `Sec-CH-UA…` headers, each empty when it was not sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) struct ClientHints<'a> {
    /// `Sec-CH-UA`
    pub(crate) brands: &'a str,
    /// `Sec-CH-UA-Full-Version-List`
    pub(crate) full_versions: &'a str,
    /// `Sec-CH-UA-Mobile`
    pub(crate) mobile: &'a str,
    /// `Sec-CH-UA-Platform`
    pub(crate) platform: &'a str,
    /// `Sec-CH-UA-Platform-Version`
    pub(crate) platform_version: &'a str,
}

/// Brands, and what browsers are called here.
const BRANDS: &[(&str, &str)] = &[
    ("Google Chrome", "Chrome"),
    ("Microsoft Edge", "Edge"),
    ("Opera", "Opera"),
    ("Opera GX", "Opera"),
    ("Brave", "Brave"),
    ("Vivaldi", "Vivaldi"),
    ("Samsung Internet", "SamsungBrowser"),
    ("YaBrowser", "Yandex Browser"),
    ("Yandex", "Yandex Browser"),
    ("DuckDuckGo", "DuckDuckGo"),
    ("Whale", "Whale"),
    ("Coc Coc", "Coc Coc"),
];

impl ClientHints<'_> {
    /// Whether the browser says that it has no window.
    pub(super) fn is_headless(&self) -> bool {
        [self.brands, self.full_versions]
            .iter()
            .any(|list| list.contains("Headless"))
    }

    /// Puts right what the user agent said.
    pub(super) fn correct(&self, agent: &mut Agent) {
        if let Some((name, version)) = known_brand(self.full_versions) {
            agent.browser = name.to_owned();
            agent.browser_version = version.to_owned();
        } else if let Some((name, version)) = known_brand(self.brands)
            && agent.browser != name
        {
            agent.browser = name.to_owned();
            agent.browser_version = version.to_owned();
        }
        self.correct_system(agent);
        match (self.mobile, agent.os.as_str()) {
            ("?1", _) => agent.device = "mobile",
            ("?0", "Windows" | "Windows 10" | "Windows 11" | "Mac OSX" | "Linux" | "ChromeOS") => {
                agent.device = "desktop";
            }
            _ => {}
        }
    }

    fn correct_system(&self, agent: &mut Agent) {
        let version = unquoted(self.platform_version).filter(|text| is_version(text));
        let Some(platform) = unquoted(self.platform) else {
            return;
        };
        let name = match platform {
            "Windows" => {
                if let Some((os, os_version)) = version.and_then(windows) {
                    (agent.os, agent.os_version) = (os.to_owned(), os_version.to_owned());
                }
                return;
            }
            "macOS" => "Mac OSX",
            "Android" => "Android",
            "iOS" => "iPhone",
            "Linux" => "Linux",
            "Chrome OS" | "Chromium OS" => "ChromeOS",
            _ => return,
        };
        if agent.os != name {
            agent.os = name.to_owned();
            agent.os_version.clear();
        }
        if let Some(version) = version {
            agent.os_version = version.to_owned();
        }
    }
}

/// Name and version of Windows. The hint counts releases of an interface: 13 and more are Windows 11, 1 to 10 are
/// Windows 10, 0.1 to 0.3 are 7, 8 and 8.1 (learn.microsoft.com, "Detect Windows 11 using User-Agent Client Hints").
fn windows(version: &str) -> Option<(&'static str, &'static str)> {
    let mut parts = version.split('.').map(str::parse::<u32>);
    match (parts.next()?.ok()?, parts.next().and_then(Result::ok)) {
        (13.., _) => Some(("Windows 11", "NT 10.0")),
        (1..=10, _) => Some(("Windows 10", "NT 10.0")),
        (0, Some(3)) => Some(("Windows 8.1", "NT 6.3")),
        (0, Some(2)) => Some(("Windows 8", "NT 6.2")),
        (0, Some(1)) => Some(("Windows 7", "NT 6.1")),
        _ => None,
    }
}

/// The first brand of a list that is known, by our name, with its version.
fn known_brand(list: &str) -> Option<(&'static str, &str)> {
    let mut rest = list;
    while let Some((brand, after)) = quoted(rest) {
        // The version is the parameter before the next comma outside quotes.
        let (version, after) = match after.split_once("v=").filter(|(gap, _)| !gap.contains(',')) {
            Some((_, value)) => quoted(value).unwrap_or(("", value)),
            None => ("", after),
        };
        rest = after;
        let known = BRANDS.iter().find(|(name, _)| *name == brand);
        if let Some((_, name)) = known.filter(|_| is_version(version)) {
            return Some((name, version));
        }
    }
    None
}

/// The next text in quotes, and what follows.
fn quoted(text: &str) -> Option<(&str, &str)> {
    let (_, after) = text.split_once('"')?;
    after.split_once('"')
}

fn unquoted(text: &str) -> Option<&str> {
    let bare = text.trim().trim_matches('"');
    (!bare.is_empty()).then_some(bare)
}

fn is_version(text: &str) -> bool {
    (1..=24).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn agent(os: &str, os_version: &str) -> Agent {
        Agent {
            device: "desktop",
            browser: "Chrome".into(),
            browser_version: "130.0.0.0".into(),
            os: os.into(),
            os_version: os_version.into(),
        }
    }

    #[test]
    fn hints_put_versions_systems_and_devices_right() {
        let mut windows = agent("Windows 10", "NT 10.0");
        ClientHints {
            brands: r#""Chromium";v="130", "Google Chrome";v="130", "Not?A_Brand";v="99""#,
            full_versions: r#""Chromium";v="130.0.6723.58", "Google Chrome";v="130.0.6723.59", "Not?A_Brand";v="99.0.0.0""#,
            mobile: "?0",
            platform: "\"Windows\"",
            platform_version: "\"15.0.0\"",
        }
        .correct(&mut windows);
        assert_eq!(
            (windows.os.as_str(), windows.browser_version.as_str()),
            ("Windows 11", "130.0.6723.59")
        );

        let mut phone = agent("Android", "10");
        ClientHints {
            brands: r#""Brave";v="129""#,
            mobile: "?1",
            platform: "\"Android\"",
            platform_version: "\"14\"",
            ..ClientHints::default()
        }
        .correct(&mut phone);
        assert_eq!((phone.device, phone.os_version.as_str()), ("mobile", "14"));
        assert_eq!(
            (phone.browser.as_str(), phone.browser_version.as_str()),
            ("Brave", "129")
        );
    }

    #[test]
    fn what_is_not_understood_changes_nothing() {
        for brands in [
            "",
            "\"",
            "\"\"",
            "Google Chrome;v=1",
            r#""Jane Doe";v="1""#,
            r#""Google Chrome";v="jane@mail.example""#,
            r#""Google Chrome", "x";v="1""#,
        ] {
            let mut found = agent("Linux", "");
            ClientHints {
                brands,
                full_versions: brands,
                mobile: "yes",
                platform: "\"Jane's\"",
                platform_version: "\"x\"",
            }
            .correct(&mut found);
            assert_eq!(found, agent("Linux", ""), "{brands}");
        }
    }
}
