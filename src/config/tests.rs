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
