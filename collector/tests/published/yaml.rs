//! The little of YAML that the test sets use: a list of mappings from keys to texts.

/// One entry of a list.
pub(crate) type Entry = Vec<(String, String)>;

/// The entries of a list, each by its keys.
pub(crate) fn entries(text: &str) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    for line in text.lines() {
        let line = line.trim();
        let (line, is_first) = match line.strip_prefix("- ") {
            Some(rest) => (rest.trim(), true),
            None => (line, false),
        };
        if line.starts_with('#') || !line.contains(':') || line == "test_cases:" {
            continue;
        }
        if is_first {
            entries.push(Vec::new());
        }
        let (key, value) = line.split_once(':').expect("a key");
        if let Some(entry) = entries.last_mut() {
            entry.push((key.to_owned(), unquoted(value.trim())));
        }
    }
    entries
}

/// The text under a key, or empty.
pub(crate) fn get<'a>(entry: &'a Entry, key: &str) -> &'a str {
    let found = entry.iter().find(|(name, _)| name == key);
    found.map_or("", |(_, value)| value)
}

fn unquoted(value: &str) -> String {
    if let Some(inner) = value.strip_prefix('\'') {
        let end = inner.rfind('\'').expect("a closing quote");
        return inner[..end].replace("''", "'");
    }
    if let Some(inner) = value.strip_prefix('"') {
        let end = inner.rfind('"').expect("a closing quote");
        return inner[..end].replace("\\\"", "\"").replace("\\\\", "\\");
    }
    value.to_owned()
}
