//! What a store is opened with, and what is said when that is no use.

use std::path::Path;

use snag_store::{Config, Examination, Role, Secret, ServerConfig, Store, doctor};

use crate::bench::{Bench, READER, config};

#[tokio::test]
async fn a_missing_library_is_a_setup_error_with_its_mend() {
    let directory = tempfile::tempdir().unwrap();
    let config = Config {
        engine_library: Some(directory.path().join("libchdb.so")),
        ..config(directory.path())
    };
    let error = Store::open(&config).await.err().unwrap();
    let snag_store::Error::Setup { message, mend } = error else {
        panic!("{error:?}")
    };
    assert!(
        message.contains("libchdb.so") && mend.contains("make setup"),
        "{message} {mend}"
    );
}

#[tokio::test]
async fn a_server_is_reached_by_its_url() {
    let bench = Bench::open().await;
    let server = |user: Option<&str>, password: &str, url: String| Config {
        clickhouse: Some(ServerConfig {
            user: user.map(str::to_owned),
            password: (!password.is_empty()).then(|| Secret::new(password)),
            ..ServerConfig::at(url)
        }),
        ..Config::default()
    };
    let good = server(Some("snag"), bench.token(), bench.url());
    // Nobody has migrated it yet.
    let error = Store::open(&good).await.err().unwrap();
    assert!(error.to_string().contains("snag migrate"), "{error}");
    let store = Store::connect(&good).await.unwrap();
    assert_eq!(store.role(), &Role::Server);
    assert!(!store.migrate().await.unwrap().is_empty());
    assert!(
        Store::open(&good)
            .await
            .unwrap()
            .version()
            .await
            .unwrap()
            .starts_with("26.")
    );

    let inside = bench
        .url()
        .replace("http://", &format!("http://snag:{}@", bench.token()));
    Store::open(&server(None, "", inside)).await.unwrap();

    let wrong = Store::open(&server(Some("snag"), "wrong", bench.url()))
        .await
        .err()
        .unwrap();
    assert!(
        matches!(&wrong, snag_store::Error::Setup { mend, .. } if mend.contains("password")),
        "{wrong}"
    );
    let nobody = Store::open(&server(None, "", "http://127.0.0.1:1".to_owned()))
        .await
        .err()
        .unwrap();
    assert!(
        matches!(nobody, snag_store::Error::Unavailable { .. }),
        "{nobody}"
    );
    let odd = Store::open(&server(None, "", "clickhouse:9000".to_owned()))
        .await
        .err()
        .unwrap();
    assert!(matches!(odd, snag_store::Error::Setup { .. }), "{odd}");
    bench.close().await;
}

#[tokio::test]
async fn a_further_address_answers_the_password_for_tools() {
    let bench = Bench::open().await;
    bench.store.clone().close().await.unwrap();
    let config = Config {
        sql_listen: Some(([127, 0, 0, 1], 0).into()),
        ..bench.config.clone()
    };
    let store = Store::open(&config).await.unwrap();
    let Role::Owner {
        sql_address: Some(address),
        ..
    } = store.role()
    else {
        panic!("{:?}", store.role())
    };
    let url = format!("http://{address}/?query=SELECT+count()+FROM+snag.events");
    let ask = bench.http.get(url).basic_auth("snag", Some(READER));
    assert_eq!(ask.send().await.unwrap().text().await.unwrap(), "0\n");
    store.close().await.unwrap();
}

#[tokio::test]
async fn the_doctor_names_what_is_missing_and_what_mends_it() {
    let bench = Bench::open().await;
    let examine = async |config: &Config, listen: &[std::net::SocketAddr], least_free: u64| {
        let geo = Path::new("/nowhere/geo.mmdb");
        doctor(&Examination {
            config,
            listen,
            geo_database: Some(geo),
            least_free,
        })
        .await
    };
    let taken: std::net::SocketAddr = bench
        .url()
        .replace("http://", "")
        .replace('/', "")
        .parse()
        .unwrap();
    let checks = examine(&bench.config, &[taken], u64::MAX).await;
    let find = |name: &str| checks.iter().find(|check| check.name == name).unwrap();
    assert!(
        find("engine library").ok && find("engine library").detail.contains("26.7"),
        "{checks:?}"
    );
    assert!(find("data directory").ok, "{checks:?}");
    // The engine is open, but nobody has migrated it.
    assert!(
        find("clickhouse")
            .mend
            .as_deref()
            .unwrap()
            .contains("snag migrate"),
        "{checks:?}"
    );
    assert!(find("clickhouse").detail.contains("26."), "{checks:?}");
    for name in ["port", "geo database", "free disk"] {
        assert!(
            !find(name).ok && find(name).mend.is_some(),
            "{name}: {checks:?}"
        );
    }
    bench.store.migrate().await.unwrap();
    let checks = examine(&bench.config, &[], 1).await;
    assert!(
        checks
            .iter()
            .all(|check| check.ok || check.name == "geo database"),
        "{checks:?}"
    );

    let nowhere = Config {
        data_dir: "/proc/nowhere/data".into(),
        engine_library: Some("/nowhere/libchdb.so".into()),
        ..Config::default()
    };
    let checks = examine(&nowhere, &[], 1).await;
    let find = |name: &str| checks.iter().find(|check| check.name == name).unwrap();
    assert!(
        find("engine library")
            .mend
            .as_deref()
            .unwrap()
            .contains("make setup")
    );
    assert!(!find("data directory").ok || find("data directory").detail.contains("will be made"));
    let server = Config {
        clickhouse: Some(ServerConfig::at("http://127.0.0.1:1")),
        ..Config::default()
    };
    let checks = examine(&server, &[], 1).await;
    assert!(
        checks
            .iter()
            .any(|check| check.name == "clickhouse" && !check.ok && check.mend.is_some())
    );
    assert!(
        checks.iter().all(|check| check.name != "engine library"),
        "{checks:?}"
    );
    bench.close().await;
}
