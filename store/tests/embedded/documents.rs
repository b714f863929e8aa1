//! An answer of many blocks is one document, in every format.

use reqwest::Method;

use crate::bench::Bench;

const MANY: &str =
    "SELECT number AS \"a\nb\", toString(number) AS s FROM numbers(150000) ORDER BY number";

/// The oracle is the engine's own answer in one piece, which `wait_end_of_query` asks for.
#[tokio::test]
async fn blocks_join_into_what_one_piece_would_have_been() {
    let bench = Bench::open().await;
    let formats = [
        "TabSeparated",
        "TabSeparatedWithNames",
        "TSVWithNamesAndTypes",
        "TSVRaw",
        "CSV",
        "CSVWithNames",
        "CSVWithNamesAndTypes",
        "TSKV",
        "JSONEachRow",
        "JSONCompactEachRow",
        "JSONCompactEachRowWithNames",
        "JSONCompactEachRowWithNamesAndTypes",
        "JSONCompactStringsEachRowWithNamesAndTypes",
        "RowBinary",
        "RowBinaryWithNames",
        "RowBinaryWithNamesAndTypes",
        "MsgPack",
        "Values",
        "Markdown",
        "JSONColumns",
        "JSONObjectEachRow",
        "Parquet",
    ];
    for format in formats {
        let ask = async |parameters: &[(&str, &str)]| {
            let answer = bench
                .request(Method::POST, parameters)
                .body(MANY)
                .send()
                .await
                .unwrap();
            assert_eq!(answer.status(), 200, "{format}");
            answer.bytes().await.unwrap()
        };
        let blocks = [("default_format", format), ("max_block_size", "20000")];
        let whole = [
            ("default_format", format),
            ("wait_end_of_query", "1"),
            ("max_block_size", "20000"),
        ];
        let (blocks, whole) = (ask(&blocks).await, ask(&whole).await);
        assert!(
            blocks == whole,
            "{format}: {} and {} bytes",
            blocks.len(),
            whole.len()
        );
    }
    bench.close().await;
}

#[tokio::test]
async fn json_of_many_blocks_is_json() {
    let bench = Bench::open().await;
    let sql = "SELECT number FROM numbers(150000)";
    for format in ["JSON", "JSONCompact", "JSONStrings"] {
        let answer = bench
            .sql_with(
                sql,
                &[("default_format", format), ("max_block_size", "20000")],
            )
            .await;
        let json: serde_json::Value = serde_json::from_str(&answer).unwrap();
        assert_eq!(
            (json["data"].as_array().unwrap().len(), &json["rows"]),
            (150_000, &150_000.into())
        );
        assert_eq!(json["statistics"]["rows_read"], 150_000);
    }
    let rows = bench
        .sql_with(
            sql,
            &[
                ("default_format", "JSONEachRow"),
                ("output_format_json_array_of_rows", "1"),
            ],
        )
        .await;
    let json: serde_json::Value = serde_json::from_str(&rows).unwrap();
    assert_eq!(json.as_array().unwrap().len(), 150_000);
    bench.close().await;
}

#[tokio::test]
async fn totals_and_extremes_come_once() {
    let bench = Bench::open().await;
    let sql = "SELECT number, count() FROM numbers(150000) GROUP BY number WITH TOTALS";
    let answer = bench.sql_with(sql, &[("max_block_size", "20000")]).await;
    assert_eq!(answer.matches("\n\n").count(), 1);
    assert!(
        answer.ends_with("\n\n0\t150000\n"),
        "{}",
        &answer[answer.len() - 40..]
    );
    let extremes = bench
        .sql_with("SELECT number FROM numbers(150000)", &[("extremes", "1")])
        .await;
    assert!(extremes.ends_with("\n\n0\n149999\n"));
    bench.close().await;
}

#[tokio::test]
async fn an_empty_answer_still_has_its_head() {
    let bench = Bench::open().await;
    let empty = "SELECT 1 AS a WHERE 0";
    assert_eq!(
        bench
            .sql_with(empty, &[("default_format", "CSVWithNames")])
            .await,
        "\"a\"\n"
    );
    assert_eq!(
        bench
            .sql_with(empty, &[("default_format", "RowBinaryWithNamesAndTypes")])
            .await,
        "\x01\x01a\x05UInt8"
    );
    assert_eq!(bench.sql(empty).await, "");
    bench.close().await;
}

#[tokio::test]
async fn statements_that_are_no_select_answer_too() {
    let bench = Bench::open().await;
    bench.sql("CREATE TABLE t (a UInt8) ENGINE = Memory").await;
    assert_eq!(bench.sql("SHOW TABLES").await, "t\n");
    assert!(
        bench
            .sql("DESCRIBE TABLE t SETTINGS describe_include_subcolumns = 0")
            .await
            .starts_with("a\tUInt8\t")
    );
    assert_eq!(bench.sql("EXISTS TABLE t").await, "1\n");
    assert!(
        bench
            .sql("EXPLAIN SELECT 1")
            .await
            .contains("ReadFromSystemOne")
    );
    assert_eq!(bench.sql("WITH 1 AS x SELECT x").await, "1\n");
    assert_eq!(bench.sql("(SELECT 1) UNION ALL (SELECT 1)").await, "1\n1\n");
    assert_eq!(bench.sql("INSERT INTO t WITH 2 AS x SELECT x").await, "");
    assert_eq!(bench.sql("WITH 3 AS x INSERT INTO t SELECT x").await, "");
    assert_eq!(bench.sql("SELECT sum(a) FROM t").await, "5\n");
    bench.close().await;
}
