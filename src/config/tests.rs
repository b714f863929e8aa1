//! The example configuration, the names of settings and of the environment.

use super::*;

const EXAMPLE: &str = include_str!("../../snag.example.toml");

fn parse(text: &str) -> Result<Config, String> {
    let figment = Figment::from(Toml::string(text));
    figment.extract().map_err(|error| error.to_string())
}

#[test]
fn the_example_configuration_parses_to_the_defaults() {
    assert_eq!(
        parse(EXAMPLE).expect("the example parses"),
        Config::default()
    );
}

#[test]
fn every_setting_of_the_example_can_be_uncommented() {
    let text: Vec<&str> = EXAMPLE
        .lines()
        .map(|line| line.strip_prefix("#: ").unwrap_or(line))
        .collect();
    let config = parse(&text.join("\n")).expect("parses with everything set");
    let shown = toml_keys(&config);
    for key in OPTIONAL {
        assert!(
            shown.contains(&(*key).to_owned()),
            "{key} is missing in snag.example.toml"
        );
    }
    assert!(!config.sites.is_empty());
}

fn toml_keys(config: &Config) -> Vec<String> {
    let value = serde_json::to_value(config).expect("json");
    let mut keys = Vec::new();
    for (key, value) in value.as_object().expect("object") {
        match value.as_object() {
            Some(inner) => keys.extend(
                inner
                    .iter()
                    .filter(|(_, v)| !v.is_null())
                    .map(|(k, _)| format!("{key}.{k}")),
            ),
            None if !value.is_null() => keys.push(key.clone()),
            None => {}
        }
    }
    keys
}

#[test]
fn an_unknown_key_is_named() {
    for (text, name) in [
        ("lisen = '1'", "lisen"),
        ("[spool]\nmax = 1", "max"),
        ("[[sites]]\nname='x'", "name"),
    ] {
        assert!(parse(text).expect_err("refused").contains(name));
    }
}

#[test]
fn an_unknown_reason_in_shadow_is_named_beside_the_known_ones() {
    let config = parse("bots_shadow = [\"data_center\"]").expect("parses");
    let error = config.check().expect_err("refused").to_string();
    assert!(
        error.contains("data_center\"") && error.contains("data_centre"),
        "{error}"
    );
    let config = parse("bots_shadow = [\"data_centre\"]").expect("parses");
    assert_eq!(config.check().ok(), Some(()));
}

#[test]
fn environment_names_reach_into_sections() {
    assert_eq!(nested("CLICKHOUSE_URL"), "clickhouse.url");
    assert_eq!(nested("DATA_DIR"), "data_dir");
    assert!(is_setting("engine_sql_listen".into()));
    assert!(!is_setting("shared".into()));
}

/// What the environment may say beside settings.
const BESIDE: [&str; 3] = ["log", "clickhouse_password", "sql_password"];

#[test]
fn every_setting_that_is_named_in_deploy_is_one() {
    let deploy = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy");
    let mut seen = 0;
    for entry in std::fs::read_dir(deploy).expect("deploy") {
        let path = entry.expect("entry").path();
        let text = std::fs::read_to_string(&path).expect("text");
        for rest in text.split("SNAG_").skip(1) {
            let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
            let end = rest.find(|letter| !is_part(letter));
            let name = rest[..end.unwrap_or(rest.len())].to_ascii_lowercase();
            let is_known = is_setting(name.as_str().into()) || BESIDE.contains(&name.as_str());
            assert!(is_known, "{}: SNAG_{}", path.display(), name.to_uppercase());
            seen += 1;
        }
    }
    assert!(seen > 15, "only {seen} were looked at");
}

#[test]
fn what_deploy_starts_is_a_command() {
    use clap::Parser as _;

    let unit = include_str!("../../deploy/snag.service");
    let start = unit
        .lines()
        .find_map(|line| line.strip_prefix("ExecStart="));
    let words = start.expect("a command").split_whitespace();
    assert!(crate::cli::Cli::try_parse_from(words).is_ok());
    let readme = include_str!("../../deploy/README.md");
    let commands = readme
        .lines()
        .filter(|line| line.starts_with("snag "))
        .map(|line| line.split('#').next().unwrap_or_default());
    let mut seen = 0;
    for command in commands {
        let parsed = crate::cli::Cli::try_parse_from(command.split_whitespace());
        assert!(parsed.is_ok(), "{command}: {:?}", parsed.err());
        seen += 1;
    }
    assert!(seen > 6, "only {seen} were looked at");
}
