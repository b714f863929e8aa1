//! Many requests at once, and clients that go away.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use reqwest::Method;

use crate::bench::Bench;

/// Five seconds of waiting in blocks of one row.
const SLOW: &str = "SELECT sum(sleepEachRow(0.1)) FROM numbers(50) SETTINGS max_block_size = 1";

#[tokio::test]
async fn slow_reports_do_not_hold_up_inserts() {
    let bench = Bench::open().await;
    bench
        .sql("CREATE TABLE t (a UInt64) ENGINE = MergeTree ORDER BY a")
        .await;
    // More of them than there are places for queries.
    let slow: Vec<_> = (0..12)
        .map(|_| tokio::spawn(bench.request(Method::POST, &[]).body(SLOW).send()))
        .collect();
    tokio::time::sleep(Duration::from_millis(500)).await;
    let begun = Instant::now();
    for number in 0..20 {
        let parameters = [("query", "INSERT INTO snag.t FORMAT CSV")];
        let sent = bench
            .request(Method::POST, &parameters)
            .body(format!("{number}\n"))
            .send()
            .await;
        assert_eq!(sent.unwrap().status(), 200);
    }
    let took = begun.elapsed();
    assert!(
        took < Duration::from_secs(3),
        "20 inserts beside slow reports took {took:?}"
    );
    slow.iter().for_each(tokio::task::JoinHandle::abort);
    bench.close().await;
}

#[tokio::test]
async fn queries_run_side_by_side() {
    let bench = Bench::open().await;
    let begun = Instant::now();
    let sql = "SELECT sum(sleepEachRow(0.1)) FROM numbers(10) SETTINGS max_block_size = 1";
    let answers = join_all((0..6).map(|_| bench.sql(sql))).await;
    assert!(answers.iter().all(|answer| answer == "0\n"));
    let took = begun.elapsed();
    assert!(
        took < Duration::from_secs(3),
        "six queries of one second took {took:?}"
    );
    bench.close().await;
}

#[tokio::test]
async fn a_client_that_goes_away_stops_its_query() {
    let bench = Bench::open().await;
    bench
        .sql("CREATE TABLE t (a UInt64) ENGINE = MergeTree ORDER BY a")
        .await;
    let endless = [
        SLOW,
        // No block before the end, so the library has nothing to cancel.
        "SELECT count() FROM numbers(100000000000) WHERE sipHash64(number) = 1",
        // In one piece.
        "SELECT max(number) FROM numbers(100000000000) WHERE sipHash64(number) % 2 FORMAT JSON",
        "INSERT INTO t SELECT sipHash64(number) FROM numbers(100000000000)",
        // Blocks without end.
        "SELECT number FROM numbers(100000000000)",
    ];
    for sql in endless {
        let request = bench
            .request(Method::POST, &[("database", "snag")])
            .body(sql)
            .send();
        let waiting = tokio::spawn(async move {
            let mut answer = request.await.unwrap();
            // Reads one block and then no more.
            let _ = answer.chunk().await;
            std::future::pending::<()>().await;
        });
        bench.wait_for_running(1).await;
        tokio::time::sleep(Duration::from_millis(200)).await;
        waiting.abort();
        let begun = Instant::now();
        bench.wait_for_running(0).await;
        let took = begun.elapsed();
        assert!(
            took < Duration::from_secs(3),
            "{sql}: stopped after {took:?}"
        );
    }
    assert_eq!(
        bench
            .sql("SELECT count() FROM t")
            .await
            .trim()
            .parse::<u64>()
            .map(|_| ()),
        Ok(())
    );
    bench.close().await;
}

#[tokio::test]
async fn closing_stops_what_is_running() {
    let bench = Bench::open().await;
    let endless = "SELECT count() FROM numbers(100000000000) WHERE sipHash64(number) = 1";
    let waiting: Vec<_> = (0..3)
        .map(|_| tokio::spawn(bench.request(Method::POST, &[]).body(endless).send()))
        .collect();
    bench.wait_for_running(3).await;
    let begun = Instant::now();
    bench.close().await;
    assert!(
        begun.elapsed() < Duration::from_secs(5),
        "{:?}",
        begun.elapsed()
    );
    for task in waiting {
        assert!(
            task.await.unwrap().is_err(),
            "an answer came from a closed store"
        );
    }
}

/// A hundred clients, each reading its own writes.
#[tokio::test]
async fn many_clients_do_not_mix() {
    let bench = Bench::open().await;
    bench
        .sql("CREATE TABLE t (who UInt64, a UInt64) ENGINE = MergeTree ORDER BY (who, a)")
        .await;
    let one = async |who: u64| {
        let rows: String = (0..100).map(|number| format!("{who},{number}\n")).collect();
        bench
            .sql(&format!("INSERT INTO t FORMAT CSV\n{rows}"))
            .await;
        let text = who.to_string();
        let sql = "SELECT count(), {who:UInt64} FROM t WHERE who = {who:UInt64}";
        assert_eq!(
            bench.sql_with(sql, &[("param_who", &text)]).await,
            format!("100\t{who}\n")
        );
    };
    join_all((0..100).map(one)).await;
    assert_eq!(bench.sql("SELECT count() FROM t").await, "10000\n");
    bench.close().await;
}
