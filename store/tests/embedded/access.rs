//! Who may ask the front what: with its token, with the password for tools, with neither.

use reqwest::header::AUTHORIZATION;

use crate::bench::{Bench, READER, refused};

#[tokio::test]
async fn nobody_asks_without_the_token_and_everybody_may_ping() {
    let bench = Bench::open().await;
    let url = bench.url();
    for path in ["", "ping"] {
        let answer = bench.http.get(format!("{url}{path}")).send().await.unwrap();
        assert_eq!(
            (
                answer.status().as_u16(),
                answer.text().await.unwrap().as_str()
            ),
            (200, "Ok.\n")
        );
    }
    let one = [("query", "SELECT 1")];
    let plain = || bench.http.get(&url).query(&one);
    let cases = [
        (plain(), 401, "194"),
        (plain().basic_auth("snag", Some("wrong")), 403, "516"),
        (plain().basic_auth("root", Some(bench.token())), 403, "516"),
        (plain().basic_auth("snag", Some(bench.token())), 200, ""),
        (plain().basic_auth("default", Some(bench.token())), 200, ""),
        (
            plain().header(AUTHORIZATION, format!("Bearer {}", bench.token())),
            200,
            "",
        ),
        (
            plain().query(&[("user", "snag"), ("password", bench.token())]),
            200,
            "",
        ),
        (
            plain().query(&[("user", "snag"), ("password", "wrong")]),
            403,
            "516",
        ),
        (plain().header("X-ClickHouse-Key", bench.token()), 200, ""),
        (plain().header("X-ClickHouse-Key", "wrong"), 403, "516"),
    ];
    for (number, (request, status, code)) in cases.into_iter().enumerate() {
        let (got_status, got_code, _) = refused(request.send().await.unwrap()).await;
        assert_eq!(
            (got_status, got_code.as_str()),
            (status, code),
            "case {number}"
        );
    }
    bench.close().await;
}

#[tokio::test]
async fn the_password_for_tools_reads_tables_and_nothing_else() {
    let bench = Bench::open().await;
    bench.sql("CREATE TABLE t (a UInt8) ENGINE = Memory").await;
    bench.sql("INSERT INTO t VALUES (7)").await;
    bench.store.migrate().await.unwrap();
    bench
        .sql("INSERT INTO secrets SELECT 'salt', 'pepper', now64(6)")
        .await;
    let ask = async |sql: &str| {
        let request = bench
            .http
            .post(bench.url())
            .query(&[("database", "snag"), ("max_threads", "2")]);
        refused(
            request
                .basic_auth("snag", Some(READER))
                .body(sql.to_owned())
                .send()
                .await
                .unwrap(),
        )
        .await
    };
    assert_eq!(
        ask("SELECT * FROM t").await,
        (200, String::new(), "7\n".to_owned())
    );
    for sql in [
        "INSERT INTO t VALUES (8)",
        "INSERT INTO t SELECT 8",
        "DROP TABLE t",
        "SELECT * FROM file('/etc/hostname', 'LineAsString')",
        "SELECT 1 INTO OUTFILE '/tmp/snag-never-written'",
        "SET readonly = 0",
        "SYSTEM STOP MERGES",
        "KILL QUERY WHERE 1",
        "SELECT * FROM file('/etc/hostname', 'LineAsString') SETTINGS readonly = 0",
        "SELECT * FROM file('/etc/hostname', 'LineAsString') SETTINGS readonly = 2, allow_ddl = 1",
        "SELECT * FROM (SELECT * FROM file('/etc/hostname', 'LineAsString') SETTINGS readonly = 0)",
        "SELECT * FROM url('http://127.0.0.1:1/', 'LineAsString')",
        "INSERT INTO FUNCTION file('/tmp/snag-never-written', 'CSV', 'a UInt8') VALUES (1)",
        "INSERT INTO t SETTINGS readonly = 0 VALUES (8)",
        "CREATE TEMPORARY TABLE x (a UInt8)",
        "EXPLAIN SELECT * FROM file('/etc/hostname', 'LineAsString')",
        "DESCRIBE TABLE file('/etc/hostname')",
        "SELECT file('/etc/hostname')",
        "SELECT * APPLY file FROM (SELECT '/etc/hostname')",
        "SELECT `fi\\x6ce`('/etc/hostname')",
        "SELECT 1 AS a$b$, file('/etc/hostname'), '$b$'",
        "SELECT /* /* */ ' */ file('/etc/hostname') -- '",
        "SELECT * FROM `/etc/hostname`",
        "SELECT * FROM default.`/etc/hostname`",
        "SELECT * FROM (SELECT * FROM remote('127.0.0.1', 'snag', 't') SETTINGS readonly = 0)",
        "SELECT * FROM (SELECT * FROM executable('x', 'CSV', 'a UInt8') SETTINGS readonly = 0)",
        "SELECT * FROM secrets",
        "SELECT * FROM merge('snag', 'secrets')",
        "SELECT * FROM loop('snag', 'secrets') LIMIT 1",
        "SELECT * FROM mergeTreeIndex('snag', 'secrets')",
        "SELECT * FROM (SELECT * FROM loop('snag', 'secrets') LIMIT 1 SETTINGS readonly = 0)",
        "SELECT * FROM (SELECT * FROM mergeTreeIndex('snag', 'secrets') SETTINGS readonly = 0)",
        "SET ROLE ALL",
        "SET ROLE snag_owner",
    ] {
        let (status, code, text) = ask(sql).await;
        assert!(status >= 400 && !code.is_empty(), "{sql}: {status} {text}");
    }
    for setting in [("readonly", "0"), ("readonly", "2")] {
        let sql = "SELECT * FROM file('/etc/hostname', 'LineAsString')";
        let request = bench
            .http
            .post(bench.url())
            .query(&[setting])
            .basic_auth("snag", Some(READER));
        let (status, _, text) = refused(request.body(sql).send().await.unwrap()).await;
        assert!(status >= 400, "{setting:?}: {text}");
    }
    assert_eq!(bench.sql("SELECT a FROM t").await, "7\n");
    assert!(!std::path::Path::new("/tmp/snag-never-written").exists());
    bench.close().await;
}

#[tokio::test]
async fn tables_that_hold_keys_are_refused_to_who_may_only_read() {
    let bench = Bench::open().await;
    bench.store.migrate().await.unwrap();
    // A table that gets such a column later is found by its name.
    let keys = "SELECT DISTINCT table FROM system.columns WHERE database = 'snag' \
                AND match(lower(name), '^(key|value|salt|secret|token|password)') AND table NOT IN ('events') ORDER BY table";
    let tables = bench.sql(keys).await;
    assert_eq!(tables, "salts\nsecrets\n");
    // So are those that hold copies of them while a backup is made.
    bench
        .sql("CREATE TABLE upkeep_backup_x_secrets AS secrets")
        .await;
    // Hashes of passwords stand in a column that is called like others.
    for table in tables.lines().chain(["access", "upkeep_backup_x_secrets"]) {
        for sql in [
            format!("SELECT * FROM {table}"),
            format!("SELECT count() FROM {table}"),
            format!("SELECT * FROM merge('snag', '^{table}$')"),
            format!("SELECT * FROM loop('snag', '{table}') LIMIT 1"),
            format!("SELECT * FROM mergeTreeIndex('snag', '{table}')"),
        ] {
            let request = bench
                .http
                .post(bench.url())
                .query(&[("database", "snag")])
                .basic_auth("snag", Some(READER));
            let (status, code, text) =
                refused(request.body(sql.clone()).send().await.unwrap()).await;
            assert!(status >= 400 && !code.is_empty(), "{sql}: {status} {text}");
        }
    }
    bench.close().await;
}
