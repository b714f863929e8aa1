//! Rows on their way in: whatever the shape of the request, and whole or not at all.

use std::io;

use bytes::Bytes;
use futures_util::stream;
use reqwest::{Body, Method};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use snag_store::BodyFormat;

use crate::bench::Bench;

const TABLE: &str = "CREATE TABLE t (a UInt64, s String) ENGINE = MergeTree ORDER BY a \
                     SETTINGS non_replicated_deduplication_window = 1000";

async fn with_table() -> Bench {
    let bench = Bench::open().await;
    bench.sql(TABLE).await;
    bench
}

/// A document of RowBinaryWithNamesAndTypes with rows `from..to`, each with a text of so many bytes.
fn document(from: u64, to: u64, length: u8) -> Vec<u8> {
    assert!(length < 128);
    let mut bytes = b"\x02\x01a\x01s\x06UInt64\x06String".to_vec();
    for number in from..to {
        bytes.extend(number.to_le_bytes());
        bytes.push(length);
        bytes.extend(std::iter::repeat_n(
            b'a' + (number % 26) as u8,
            usize::from(length),
        ));
    }
    bytes
}

fn pieces(
    bytes: Vec<u8>,
    size: usize,
) -> impl futures_util::Stream<Item = io::Result<Bytes>> + Send {
    let bytes = Bytes::from(bytes);
    let cuts: Vec<_> = (0..bytes.len()).step_by(size).collect();
    stream::iter(
        cuts.into_iter()
            .map(move |at| Ok(bytes.slice(at..bytes.len().min(at + size)))),
    )
}

#[tokio::test]
async fn a_statement_and_its_rows_may_share_the_body_or_not() {
    let bench = with_table().await;
    let post = async |parameters: &[(&str, &str)], body: &str| {
        let parameters: Vec<_> = [("database", "snag")]
            .iter()
            .chain(parameters)
            .copied()
            .collect();
        let answer = bench
            .request(Method::POST, &parameters)
            .body(body.to_owned())
            .send()
            .await
            .unwrap();
        let (status, text) = (answer.status(), answer.text().await.unwrap());
        assert_eq!(status, 200, "{parameters:?} {body}: {text}");
    };
    post(&[("query", "INSERT INTO t FORMAT CSV")], "1,one\n2,two\n").await;
    post(
        &[],
        "INSERT INTO t FORMAT JSONEachRow\n{\"a\":3,\"s\":\"three\"}",
    )
    .await;
    post(
        &[],
        "INSERT INTO t (a, s) VALUES (4, lower('FOUR')), (5, 'fi;ve')",
    )
    .await;
    post(&[("query", "INSERT INTO t VALUES (6, 'six')")], "").await;
    post(&[("query", "INSERT INTO t (s, a) VALUES")], "('seven', 7)").await;
    post(
        &[("query", "INSERT INTO t"), ("input_format", "TSV")],
        "8\teight\n",
    )
    .await;
    post(
        &[],
        "-- a comment\nINSERT INTO TABLE snag.t FORMAT CSV 9,nine",
    )
    .await;
    post(
        &[("param_t", "t")],
        "INSERT INTO {t:Identifier} FORMAT CSV\n10,ten\n",
    )
    .await;
    let rows = bench
        .sql("SELECT a, s FROM t ORDER BY a FORMAT TSVRaw")
        .await;
    assert_eq!(
        rows,
        "1\tone\n2\ttwo\n3\tthree\n4\tfour\n5\tfi;ve\n6\tsix\n7\tseven\n8\teight\n9\tnine\n10\tten\n"
    );
    bench.close().await;
}

#[tokio::test]
async fn rows_in_the_body_of_the_statement_may_be_longer_than_a_statement() {
    let bench = with_table().await;
    let mut sql = "INSERT INTO t VALUES ".to_owned();
    for number in 0..200_000 {
        use std::fmt::Write as _;
        write!(sql, "({number},'{}'),", "x".repeat(40)).unwrap();
    }
    assert!(sql.len() > 10_000_000);
    bench.sql(sql.trim_end_matches(',')).await;
    assert_eq!(
        bench.sql("SELECT count(), sum(a) FROM t").await,
        "200000\t19999900000\n"
    );
    bench.close().await;
}

#[tokio::test]
async fn compressed_bodies_are_taken() {
    use std::io::{Read as _, Write as _};
    let bench = Bench::open().await;
    bench
        .sql("CREATE TABLE t (a UInt64, s String) ENGINE = MergeTree ORDER BY a")
        .await;
    let plain: String = (0..50_000)
        .map(|number| format!("{number},text\n"))
        .collect();
    let plain = plain.as_bytes();
    let mut gzip = Vec::new();
    flate2::read::GzEncoder::new(plain, flate2::Compression::fast())
        .read_to_end(&mut gzip)
        .unwrap();
    let mut lz4 = lz4_flex::frame::FrameEncoder::new(Vec::new());
    lz4.write_all(plain).unwrap();
    let zstd = zstd::encode_all(plain, 1).unwrap();
    for (encoding, body) in [
        ("gzip", gzip),
        ("lz4", lz4.finish().unwrap()),
        ("zstd", zstd),
    ] {
        let parameters = [("query", "INSERT INTO snag.t FORMAT CSV")];
        let request = bench
            .request(Method::POST, &parameters)
            .header("Content-Encoding", encoding);
        assert_eq!(
            request.body(body).send().await.unwrap().status(),
            200,
            "{encoding}"
        );
    }
    assert_eq!(bench.sql("SELECT count() FROM t").await, "150000\n");
    let odd = bench
        .request(Method::POST, &[])
        .header("Content-Encoding", "rot13")
        .body("x");
    assert_eq!(odd.send().await.unwrap().status(), 400);
    bench.close().await;
}

#[tokio::test]
async fn a_body_of_thirty_two_megabytes_is_one_part() {
    let bench = with_table().await;
    let body = document(0, 200_000, 120);
    assert!(body.len() > 25_000_000);
    bench
        .store
        .insert_body("t", BodyFormat::RowBinary, "big", pieces(body, 64 << 10))
        .await
        .unwrap();
    let parts = "SELECT count(), sum(rows) FROM system.parts WHERE table = 't' AND active";
    assert_eq!(bench.sql(parts).await, "1\t200000\n");
    bench.close().await;
}

#[tokio::test]
async fn a_token_stores_its_rows_once() {
    let bench = with_table().await;
    for _ in 0..3 {
        bench
            .store
            .insert_body(
                "t",
                BodyFormat::RowBinary,
                "first",
                pieces(document(0, 1000, 3), 100),
            )
            .await
            .unwrap();
    }
    bench
        .store
        .insert_body(
            "t",
            BodyFormat::RowBinary,
            "second",
            pieces(document(0, 1000, 3), 5000),
        )
        .await
        .unwrap();
    assert_eq!(bench.sql("SELECT count() FROM t").await, "2000\n");
    let parameters = [
        ("query", "INSERT INTO snag.t FORMAT CSV"),
        ("insert_deduplication_token", "third"),
    ];
    for _ in 0..2 {
        let sent = bench
            .request(Method::POST, &parameters)
            .body("1,one\n")
            .send()
            .await
            .unwrap();
        assert_eq!(sent.status(), 200);
    }
    assert_eq!(bench.sql("SELECT count() FROM t").await, "2001\n");
    bench.close().await;
}

#[tokio::test]
async fn an_insert_says_how_many_rows_it_wrote() {
    let bench = with_table().await;
    let parameters = [("query", "INSERT INTO snag.t FORMAT CSV")];
    let sent = bench
        .request(Method::POST, &parameters)
        .body("1,one\n2,two\n")
        .send()
        .await
        .unwrap();
    let summary = sent.headers()["X-ClickHouse-Summary"].to_str().unwrap();
    let summary: serde_json::Value = serde_json::from_str(summary).unwrap();
    assert_eq!(summary["written_rows"], "2");
    bench.close().await;
}

#[tokio::test]
async fn refused_rows_are_told_from_an_engine_in_trouble() {
    let bench = with_table().await;
    let cut = document(0, 10, 3);
    let cut = cut[..cut.len() - 2].to_vec();
    let error = bench
        .store
        .insert_body("t", BodyFormat::RowBinary, "cut", pieces(cut, 64))
        .await
        .unwrap_err();
    assert!(
        matches!(error, snag_store::Error::Rejected { code: Some(33), .. }),
        "{error:?}"
    );
    let error = bench
        .store
        .insert_body(
            "nowhere",
            BodyFormat::RowBinary,
            "x",
            pieces(document(0, 1, 1), 64),
        )
        .await
        .unwrap_err();
    assert!(
        error.is_retryable() && error.code() == Some(60),
        "{error:?}"
    );
    let broken = stream::iter([
        Ok(Bytes::from(document(0, 10, 3))),
        Err(io::Error::other("disk on fire")),
    ]);
    let error = bench
        .store
        .insert_body("t", BodyFormat::RowBinary, "broken", broken)
        .await
        .unwrap_err();
    assert!(
        error.is_retryable() && error.to_string().contains("disk on fire"),
        "{error:?}"
    );
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    assert_eq!(bench.sql("SELECT count() FROM t").await, "0\n");
    // Nothing of the broken attempt stands in the way of the next with its token.
    bench
        .store
        .insert_body(
            "t",
            BodyFormat::RowBinary,
            "broken",
            pieces(document(0, 10, 3), 64),
        )
        .await
        .unwrap();
    assert_eq!(bench.sql("SELECT count() FROM t").await, "10\n");
    bench.close().await;
}

/// Rows that are complete so far, but a request that is not: by its length, by its chunks, by a reset.
#[tokio::test]
async fn a_body_that_ends_early_stores_nothing() {
    let bench = with_table().await;
    let address = bench.url().replace("http://", "").replace('/', "");
    let rows = "1,one\n2,two\n3,three\n";
    let head = format!(
        "POST /?query=INSERT+INTO+snag.t+FORMAT+CSV HTTP/1.1\r\nHost: x\r\nX-ClickHouse-Key: {}\r\n",
        bench.token()
    );
    let requests = [
        format!("{head}Content-Length: 1000\r\n\r\n{rows}"),
        format!(
            "{head}Transfer-Encoding: chunked\r\n\r\n{:x}\r\n{rows}\r\n",
            rows.len()
        ),
        format!(
            "{head}Transfer-Encoding: chunked\r\n\r\n{:x}\r\n{rows}\r\nzz\r\n",
            rows.len()
        ),
    ];
    for request in &requests {
        for wait in [0, 200] {
            let mut socket = tokio::net::TcpStream::connect(&address).await.unwrap();
            socket.write_all(request.as_bytes()).await.unwrap();
            tokio::time::sleep(std::time::Duration::from_millis(wait)).await;
            drop(socket);
        }
    }
    // Half closed: the client still listens, but will send no more.
    let mut socket = tokio::net::TcpStream::connect(&address).await.unwrap();
    socket.write_all(requests[0].as_bytes()).await.unwrap();
    socket.shutdown().await.unwrap();
    let mut answer = Vec::new();
    socket.read_to_end(&mut answer).await.unwrap();
    assert!(
        !answer.starts_with(b"HTTP/1.1 200"),
        "{}",
        String::from_utf8_lossy(&answer)
    );
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    assert_eq!(bench.sql("SELECT count() FROM t").await, "0\n");
    bench.wait_for_running(0).await;
    bench.close().await;
}

#[tokio::test]
async fn a_client_that_is_still_sending_gets_to_read_the_refusal() {
    let bench = with_table().await;
    let chunks = (0..400).map(|_| Ok::<_, io::Error>(Bytes::from(vec![b'x'; 100_000])));
    let body = Body::wrap_stream(stream::iter(chunks));
    let parameters = [("query", "INSERT INTO snag.nowhere FORMAT CSV")];
    let answer = bench
        .request(Method::POST, &parameters)
        .body(body)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 404);
    assert!(answer.text().await.unwrap().contains("UNKNOWN_TABLE"));
    bench.close().await;
}
