//! Plain HTTP, as curl and other tools speak it.

use reqwest::Method;

use crate::bench::{Bench, refused};

#[tokio::test]
async fn a_query_is_taken_from_the_url_the_body_or_both() {
    let bench = Bench::open().await;
    let get = bench
        .request(Method::GET, &[("query", "SELECT 1")])
        .send()
        .await
        .unwrap();
    assert_eq!(get.text().await.unwrap(), "1\n");
    assert_eq!(bench.sql("SELECT 2").await, "2\n");
    let both = bench
        .request(Method::POST, &[("query", "SELECT 1 +")])
        .body("2")
        .send()
        .await
        .unwrap();
    assert_eq!(both.text().await.unwrap(), "3\n");
    let form = reqwest::multipart::Form::new()
        .text("query", "SELECT {x:String}")
        .text("param_x", "a\\tb");
    let posted = bench
        .request(Method::POST, &[])
        .multipart(form)
        .send()
        .await
        .unwrap();
    assert_eq!(posted.text().await.unwrap(), "a\\tb\n");
    bench.close().await;
}

#[tokio::test]
async fn the_answer_says_what_it_is() {
    let bench = Bench::open().await;
    let parameters = [
        ("query", "SELECT 1 AS a"),
        ("default_format", "JSONCompact"),
        ("query_id", "my-query"),
    ];
    let answer = bench
        .request(Method::GET, &parameters)
        .send()
        .await
        .unwrap();
    let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(answer.status(), 200);
    assert_eq!(header("X-ClickHouse-Format"), "JSONCompact");
    assert_eq!(header("X-ClickHouse-Query-Id"), "my-query");
    assert_eq!(header("X-ClickHouse-Timezone"), "UTC");
    assert_eq!(header("Content-Type"), "application/json; charset=UTF-8");
    let summary: serde_json::Value = serde_json::from_str(&header("X-ClickHouse-Summary")).unwrap();
    assert_eq!(summary["read_rows"], "1");
    let json: serde_json::Value = answer.json().await.unwrap();
    assert_eq!(json["data"], serde_json::json!([[1]]));
    bench.close().await;
}

#[tokio::test]
async fn the_format_of_the_statement_wins_over_the_url_and_the_header() {
    let bench = Bench::open().await;
    let ask = async |sql: &str, url: &str, header: &str| {
        let mut request = bench.request(Method::POST, &[("default_format", url)]);
        if !header.is_empty() {
            request = request.header("X-ClickHouse-Format", header);
        }
        let answer = request.body(sql.to_owned()).send().await.unwrap();
        let named = answer.headers()["X-ClickHouse-Format"]
            .to_str()
            .unwrap()
            .to_owned();
        (named, answer.text().await.unwrap())
    };
    let wanted = |format: &str, text: &str| (format.to_owned(), text.to_owned());
    assert_eq!(
        ask("SELECT 'x' AS a", "", "").await,
        wanted("TabSeparated", "x\n")
    );
    assert_eq!(
        ask("SELECT 'x' AS a", "", "CSV").await,
        wanted("CSV", "\"x\"\n")
    );
    assert_eq!(
        ask("SELECT 'x' AS a", "JSONEachRow", "CSV").await,
        wanted("JSONEachRow", "{\"a\":\"x\"}\n")
    );
    assert_eq!(
        ask("SELECT 'x' AS a FORMAT CSVWithNames", "JSONEachRow", "CSV").await,
        wanted("CSVWithNames", "\"a\"\n\"x\"\n")
    );
    bench.close().await;
}

#[tokio::test]
async fn settings_database_and_parameters_last_for_one_request() {
    let bench = Bench::open().await;
    let with = [
        ("max_threads", "3"),
        ("param_x", "5"),
        ("database", "system"),
        ("log_comment", "mine"),
    ];
    let sql = "SELECT getSetting('max_threads'), {x:UInt8}, currentDatabase(), \
               startsWith(getSetting('log_comment'), 'mine/')";
    let answer = bench
        .request(Method::POST, &with)
        .body(sql)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.text().await.unwrap(), "3\t5\tsystem\t1\n");
    for _ in 0..20 {
        let sql = "SELECT getSetting('max_threads') = 3, currentDatabase()";
        assert_eq!(
            bench
                .request(Method::POST, &[])
                .body(sql)
                .send()
                .await
                .unwrap()
                .text()
                .await
                .unwrap(),
            "0\tdefault\n"
        );
    }
    let (status, code, _) = bench.refusal("SELECT {x:UInt8}", &[]).await;
    assert_eq!((status, code.as_str()), (500, "456"));
    bench.close().await;
}

#[tokio::test]
async fn errors_have_the_code_and_the_status_of_a_server() {
    let bench = Bench::open().await;
    type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], u16, &'a str);
    let cases: [Case<'_>; 13] = [
        ("SELEC 1", &[], 400, "62"),
        ("", &[], 400, "62"),
        ("SELECT 1; SELECT 2", &[], 400, "62"),
        ("SELECT * FROM nowhere", &[], 404, "60"),
        ("SELECT nowhere()", &[], 404, "46"),
        ("SELECT a", &[], 404, "47"),
        ("SELECT 1 FORMAT Nowhere", &[], 404, "73"),
        ("SELECT 1", &[("no_such_setting", "1")], 404, "115"),
        ("SELECT 1", &[("database", "nowhere")], 404, "81"),
        ("SELECT 1", &[("max_threads", "many")], 400, "27"),
        ("SELECT 1", &[("role", "boss")], 404, "511"),
        ("SELECT 1 INTO OUTFILE '/tmp/x'", &[], 500, "358"),
        (
            "SELECT sleep(2)",
            &[("max_execution_time", "0.2")],
            408,
            "159",
        ),
    ];
    for (sql, parameters, status, code) in cases {
        let (got_status, got_code, text) = bench.refusal(sql, parameters).await;
        assert_eq!(
            (got_status, got_code.as_str()),
            (status, code),
            "{sql} {parameters:?}: {text}"
        );
        let begin = format!("Code: {code}. DB::Exception: ");
        assert!(
            text.starts_with(&begin) && !text[begin.len()..].contains(&begin),
            "{text}"
        );
        assert!(
            text.contains("(version 26.") && text.ends_with(")\n"),
            "{text}"
        );
    }
    bench.close().await;
}

#[tokio::test]
async fn a_get_only_reads() {
    let bench = Bench::open().await;
    for sql in [
        "CREATE TABLE t (a UInt8) ENGINE = Memory",
        "DROP DATABASE snag",
        "INSERT INTO t VALUES (1)",
    ] {
        if sql.starts_with("INSERT") {
            bench.sql("CREATE TABLE t (a UInt8) ENGINE = Memory").await;
        }
        let parameters = [("query", sql), ("database", "snag")];
        let answer = bench
            .request(Method::GET, &parameters)
            .send()
            .await
            .unwrap();
        let (status, code, text) = refused(answer).await;
        assert_eq!((status, code.as_str()), (500, "164"), "{sql}: {text}");
    }
    assert_eq!(bench.sql("SELECT count() FROM t").await, "0\n");
    bench.close().await;
}

#[tokio::test]
async fn what_is_not_there_is_said_so() {
    let bench = Bench::open().await;
    let put = bench
        .request(Method::PUT, &[("query", "SELECT 1")])
        .send()
        .await
        .unwrap();
    assert_eq!(put.status(), 501);
    let path = bench
        .http
        .get(format!("{}replicas_status", bench.url()))
        .send()
        .await
        .unwrap();
    assert_eq!(path.status(), 404);
    bench.close().await;
}

#[tokio::test]
async fn answers_in_native_blocks_are_read_by_their_checksums() {
    let bench = Bench::open().await;
    let answer = bench
        .request(Method::POST, &[("compress", "1")])
        .body("SELECT number FROM numbers(100000) FORMAT RowBinary")
        .send()
        .await
        .unwrap();
    let packed = answer.bytes().await.unwrap();
    assert!(
        packed.len() < 800_000,
        "{} bytes are not compressed",
        packed.len()
    );
    // What was compressed by the front goes back through it as an insert.
    bench.sql("CREATE TABLE t (a UInt64) ENGINE = Memory").await;
    let parameters = [
        ("query", "INSERT INTO snag.t FORMAT RowBinary"),
        ("decompress", "1"),
    ];
    let sent = bench
        .request(Method::POST, &parameters)
        .body(packed.clone())
        .send()
        .await
        .unwrap();
    assert_eq!(sent.status(), 200);
    assert_eq!(
        bench.sql("SELECT count(), sum(a) FROM t").await,
        "100000\t4999950000\n"
    );
    let mut broken = packed.to_vec();
    broken[40] ^= 1;
    let refusal = bench
        .request(Method::POST, &parameters)
        .body(broken)
        .send()
        .await
        .unwrap();
    assert_eq!(refusal.status(), 500);
    assert_eq!(bench.sql("SELECT count() FROM t").await, "100000\n");
    bench.close().await;
}

/// Every column has to be stepped over to the byte, or the next name would be read out of the middle of it.
#[tokio::test]
async fn native_blocks_of_a_revision_are_framed_for_every_type() {
    let bench = Bench::open().await;
    let columns = [
        ("number % 3 = 0 ? true : false", "Bool"),
        ("toInt256(number)", "Int256"),
        ("toFloat32(number)", "Float32"),
        ("toDate(number % 60000)", "Date"),
        ("toDateTime(number, 'Europe/Berlin')", "DateTime"),
        ("toDateTime64(number, 3, 'UTC')", "DateTime64(3, 'UTC')"),
        ("toDecimal64(number, 4)", "Decimal(18, 4)"),
        ("toDecimal128(number, 4)", "Decimal(38, 4)"),
        (
            "CAST(number % 2 AS Enum8('it\\'s, (' = 0, 'b' = 1))",
            "Enum8('it\\'s, (' = 0, 'b' = 1)",
        ),
        ("toFixedString(toString(number), 8)", "FixedString(8)"),
        ("generateUUIDv4()", "UUID"),
        ("toIPv6('::1')", "IPv6"),
        ("if(number % 2, NULL, toString(number))", "Nullable(String)"),
        ("NULL", "Nullable(Nothing)"),
        ("range(number % 5)", "Array(UInt8)"),
        (
            "arrayMap(x -> [toString(x), NULL], range(number % 5))",
            "Array(Array(Nullable(String)))",
        ),
        (
            "map('a', number, toString(number), 1)",
            "Map(String, UInt64)",
        ),
        (
            "tuple(number, 'x', [toLowCardinality(toString(number % 7))])",
            "Tuple(UInt64, String, Array(LowCardinality(String)))",
        ),
        (
            "CAST((1, 'x') AS Tuple(`a b` UInt8, c String))",
            "Tuple(\n    `a b` UInt8,\n    c String)",
        ),
        (
            "toLowCardinality(toString(number % 300))",
            "LowCardinality(String)",
        ),
        (
            "toLowCardinality(if(number % 2, NULL, toString(number % 70000)))",
            "LowCardinality(Nullable(String))",
        ),
        (
            "map(toLowCardinality('k'), toLowCardinality(toString(number % 9)))",
            "Map(LowCardinality(String), LowCardinality(String))",
        ),
        ("toIntervalDay(number)", "IntervalDay"),
        ("CAST((1, 2) AS Point)", "Point"),
        ("CAST([[(1, 2), (3, 4)]] AS Polygon)", "Polygon"),
        ("'end'", "String"),
    ];
    let list: Vec<String> = columns
        .iter()
        .enumerate()
        .map(|(at, (sql, _))| format!("{sql} AS c{at}"))
        .collect();
    let sql = format!(
        "SELECT {} FROM numbers(30000) FORMAT Native",
        list.join(", ")
    );
    let ask = async |revision: &str| {
        let parameters = [
            ("client_protocol_version", revision),
            ("max_block_size", "7000"),
        ];
        let answer = bench
            .request(Method::POST, &parameters)
            .body(sql.clone())
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 200);
        answer.bytes().await.unwrap()
    };
    let (plain, info, flagged) = (ask("0").await, ask("54405").await, ask("54460").await);
    let blocks = (info.len() - plain.len()) / 8;
    assert!(blocks >= 5, "{blocks} blocks");
    assert_eq!(info.len(), plain.len() + 8 * blocks);
    assert_eq!(flagged.len(), info.len() + columns.len() * blocks);
    assert_eq!(&flagged[..8], b"\x01\0\x02\xff\xff\xff\xff\0");
    for (at, (_, name)) in columns.iter().enumerate() {
        let name = name.replace("\n    ", "").replace(",c", ", c");
        let column = format!("c{at}");
        let mut head = vec![column.len() as u8];
        head.extend(column.as_bytes());
        head.push(name.len() as u8);
        head.extend(name.as_bytes());
        head.push(0);
        let found = flagged
            .windows(head.len())
            .filter(|window| *window == head)
            .count();
        assert_eq!(found, blocks, "{name}");
    }
    let refused = bench
        .refusal(
            "SELECT 1::Dynamic AS a FORMAT Native",
            &[("client_protocol_version", "54460")],
        )
        .await;
    assert_eq!(
        (refused.0, refused.1.as_str()),
        (501, "48"),
        "{}",
        refused.2
    );
    bench.close().await;
}
