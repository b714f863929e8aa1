//! The `clickhouse` client, as the other crates use it.

use clickhouse::Row;
use serde::{Deserialize, Serialize};

use crate::bench::Bench;

#[derive(Debug, Clone, PartialEq, Row, Serialize, Deserialize)]
struct Visit {
    id: u64,
    path: String,
    value: Option<f64>,
    tags: Vec<String>,
}

fn visit(id: u64) -> Visit {
    Visit {
        id,
        path: format!("/page\t{id}\\"),
        value: id.is_multiple_of(2).then_some(id as f64 / 4.0),
        tags: vec!["a".to_owned(), format!("t'{id}")],
    }
}

async fn with_table() -> Bench {
    let bench = Bench::open().await;
    let ddl = "CREATE TABLE visits (id UInt64, path String, value Nullable(Float64), tags Array(String)) \
               ENGINE = MergeTree ORDER BY id";
    bench.store.client().query(ddl).execute().await.unwrap();
    bench
}

#[tokio::test]
async fn rows_go_in_and_come_out_as_they_were() {
    let bench = with_table().await;
    let client = bench.store.client();
    let mut insert = client.insert::<Visit>("visits").await.unwrap();
    for id in 0..100_000 {
        insert.write(&visit(id)).await.unwrap();
    }
    insert.end().await.unwrap();
    let back: Vec<Visit> = client
        .query("SELECT * FROM visits ORDER BY id")
        .fetch_all()
        .await
        .unwrap();
    assert_eq!(back.len(), 100_000);
    assert!(
        back.iter()
            .enumerate()
            .all(|(id, row)| *row == visit(id as u64))
    );
    bench.close().await;
}

#[tokio::test]
async fn parameters_are_values_and_never_text_of_the_statement() {
    let bench = Bench::open().await;
    let client = bench.store.client();
    for text in [
        "plain",
        "it's",
        "tab\there",
        "line\nfeed",
        "back\\slash",
        "{x:String}",
        "'; DROP TABLE t --",
        "ä€😀",
        "",
    ] {
        let back: String = client
            .query("SELECT {text:String}")
            .param("text", text)
            .fetch_one()
            .await
            .unwrap();
        assert_eq!(back, text);
    }
    let (sum, some, none): (u64, String, Option<i32>) = client
        .query("SELECT arraySum({a:Array(UInt64)}), {b:Array(String)}[2], {c:Nullable(Int32)}")
        .param("a", vec![1_u64, 2, 3])
        .param("b", vec!["x", "y'z\\"])
        .param("c", None::<i32>)
        .fetch_one()
        .await
        .unwrap();
    assert_eq!((sum, some.as_str(), none), (6, "y'z\\", None));
    bench.close().await;
}

#[tokio::test]
async fn an_error_keeps_its_code_and_its_sort() {
    let bench = Bench::open().await;
    let cases = [
        ("SELEC 1", Some(62), false),
        ("SELECT * FROM nowhere", Some(60), true),
        ("SELECT toUInt8('x')", Some(6), false),
        ("SELECT throwIf(1)", Some(395), false),
        (
            "SELECT groupArray(number) FROM numbers(10000000) SETTINGS max_memory_usage = 9000000",
            Some(241),
            true,
        ),
    ];
    for (sql, code, retryable) in cases {
        let error = bench.store.client().query(sql).execute().await.unwrap_err();
        let error = snag_store::Error::from(error);
        assert_eq!(
            (error.code(), error.is_retryable()),
            (code, retryable),
            "{sql}: {error}"
        );
    }
    bench.close().await;
}

#[tokio::test]
async fn a_long_answer_arrives_whole_and_in_order() {
    let bench = Bench::open().await;
    let mut cursor = bench
        .store
        .client()
        .query("SELECT number, toString(number) FROM numbers(1000000)")
        .fetch::<(u64, String)>()
        .unwrap();
    let mut wanted = 0;
    while let Some((number, text)) = cursor.next().await.unwrap() {
        assert_eq!((number, text), (wanted, wanted.to_string()));
        wanted += 1;
    }
    assert_eq!(wanted, 1_000_000);
    bench.close().await;
}

#[tokio::test]
async fn an_error_in_the_middle_of_an_answer_is_an_error_to_the_client() {
    let bench = Bench::open().await;
    let sql =
        "SELECT number, throwIf(number = 3000000) FROM numbers(4000000) SETTINGS max_threads = 1";
    let mut cursor = bench
        .store
        .client()
        .query(sql)
        .fetch::<(u64, u8)>()
        .unwrap();
    let mut rows = 0;
    let error = loop {
        match cursor.next().await {
            Ok(Some(_)) => rows += 1,
            Ok(None) => panic!("the answer ended well after {rows} rows"),
            Err(error) => break error,
        }
    };
    assert!(rows > 0, "nothing came before the error");
    let error = snag_store::Error::from(error);
    assert_eq!(error.code(), Some(395), "{error}");
    bench.close().await;
}

#[tokio::test]
async fn times_without_a_zone_are_utc() {
    let bench = Bench::open().await;
    let client = bench.store.client();
    let zone: String = client.query("SELECT timezone()").fetch_one().await.unwrap();
    let hour: String = client
        .query("SELECT toString(toDateTime(0)), 1")
        .fetch_one::<(String, u8)>()
        .await
        .unwrap()
        .0;
    assert_eq!(
        (zone.as_str(), hour.as_str()),
        ("UTC", "1970-01-01 00:00:00")
    );
    bench.close().await;
}
