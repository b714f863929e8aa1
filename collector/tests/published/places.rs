//! Places and networks: MaxMind's test databases against the JSON they were made from.

use std::net::IpAddr;

use serde_json::Value;
use snag_collector::{Networks, Places};

use crate::{json, shared};

/// The networks of a database's source, as first address and record.
fn networks(source: &Value) -> Vec<(String, IpAddr, &Value)> {
    let all = source.as_array().expect("a list").iter();
    all.flat_map(|entry| entry.as_object().expect("an object"))
        .map(|(network, record)| {
            let address: IpAddr = network
                .split('/')
                .next()
                .and_then(|text| text.parse().ok())
                .expect(network);
            // IPv4 networks stand in the source as the IPv6 addresses that embed them.
            let embedded = match address {
                IpAddr::V6(v6) if v6.segments()[..6] == [0; 6] => v6.to_ipv4().map(IpAddr::V4),
                _ => None,
            };
            (network.clone(), embedded.unwrap_or(address), record)
        })
        .collect()
}

#[test]
fn every_network_of_the_city_database_is_where_its_source_says() {
    let (Some(source), Some(file)) = (
        json("data/geo/GeoIP2-City-Test.json"),
        shared("data/geo/GeoIP2-City-Test.mmdb"),
    ) else {
        return;
    };
    let places = Places::open(&file).expect("a sound database");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let networks = networks(&source);
    assert!(networks.len() > 200);
    for (network, address, record) in networks {
        // Twice: decoded, and remembered.
        for _ in 0..2 {
            let place = places.find(address).expect(&network);
            assert_eq!(
                place.country,
                text(&record["country"]["iso_code"]),
                "{network}"
            );
            assert_eq!(
                place.region,
                text(&record["subdivisions"][0]["names"]["en"]),
                "{network}"
            );
            assert_eq!(
                place.city,
                text(&record["city"]["names"]["en"]),
                "{network}"
            );
        }
    }
    assert_eq!(places.find("127.0.0.1".parse().expect("address")), None);
}

#[test]
fn broken_databases_and_such_of_another_kind_are_refused_with_a_clear_line() {
    for file in [
        "GeoIP2-City-Test-Broken-Double-Format.mmdb",
        "GeoIP2-City-Test-Invalid-Node-Count.mmdb",
        "GeoLite2-ASN-Test.mmdb",
    ] {
        let Some(path) = shared(&format!("data/geo/{file}")) else {
            return;
        };
        let error = Places::open(&path).expect_err(file).to_string();
        assert!(
            error.contains(file) && error.contains("City or Country"),
            "{error}"
        );
        assert!(!error.contains('\n'), "{error}");
    }
}

/// The database has those who connect people and companies, and no one who rents out machines.
#[test]
fn networks_of_people_are_not_taken_for_data_centres() {
    let (Some(source), Some(file)) = (
        json("data/geo/GeoLite2-ASN-Test.json"),
        shared("data/geo/GeoLite2-ASN-Test.mmdb"),
    ) else {
        return;
    };
    let opened = Networks::open(&file).expect("a sound database");
    let networks = networks(&source);
    assert!(networks.len() > 700);
    for (network, address, record) in networks {
        assert!(!opened.is_data_centre(address), "{network} {record}");
    }
}
