//! `snag import events`: files as people have them, damaged ones too.

use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;

use crate::harness::{Ran, ask, place, run, snag};

fn line(visitor: usize, second: usize, event: &str) -> String {
    format!(
        r#"{{"site":"shop","visitor":"v{visitor}","time":"2026-01-05T10:00:{second:02}.000Z","event":"{event}","url":"https://shop.example/p{visitor}"}}"#
    )
}

fn lines(count: usize) -> String {
    (0..count)
        .map(|n| line(n, n % 60, "pageview") + "\n")
        .collect()
}

fn import_text(data: &Path, text: &[u8], arguments: &[&str]) -> Ran {
    let mut child = snag(data)
        .args(["import", "events", "-"])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("snag starts");
    let mut input = child.stdin.take().expect("stdin");
    let text = text.to_vec();
    // It may stop reading early, which is for the test to judge.
    let writer = std::thread::spawn(move || input.write_all(&text));
    let ran = Ran::of(child.wait_with_output().expect("snag ends"));
    let _ = writer.join();
    ran
}

#[tokio::test]
async fn plain_gzip_zstd_and_stdin_are_read_and_nothing_goes_in_twice() {
    let place = place();
    let data = place.path().join("data");
    let text = lines(500);
    let plain = place.path().join("events.ndjson");
    std::fs::write(&plain, &text).expect("write");
    let file = plain.to_str().expect("a path");

    let first = run(&data, &["import", "events", file]);
    assert_eq!(
        (first.code, first.out.contains("500 events went in")),
        (0, true),
        "{first:?}"
    );
    let again = run(&data, &["import", "events", file]);
    assert!(
        again.out.contains("0 events went in, 500 were in already"),
        "{again:?}"
    );
    assert_eq!(ask(&data, "SELECT count() FROM events").await, 500);

    // The same events compressed are the same file; so is standard input.
    let gzip = place.path().join("events.gz");
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(text.as_bytes()).expect("gzip");
    std::fs::write(&gzip, encoder.finish().expect("gzip")).expect("write");
    let zst = place.path().join("events.zst");
    std::fs::write(&zst, zstd::encode_all(text.as_bytes(), 1).expect("zstd")).expect("write");
    let both = run(
        &data,
        &[
            "import",
            "events",
            gzip.to_str().expect("path"),
            zst.to_str().expect("path"),
        ],
    );
    assert_eq!(
        both.out.matches("500 were in already").count(),
        2,
        "{both:?}"
    );
    assert!(
        import_text(&data, text.as_bytes(), &[])
            .out
            .contains("500 were in already")
    );

    // A file that has grown brings its new lines only.
    let grown = text + &line(7, 1, "purchase") + "\n";
    let ran = import_text(&data, grown.as_bytes(), &[]);
    assert!(
        ran.out.contains("1 events went in, 500 were in already"),
        "{ran:?}"
    );
    assert_eq!(ask(&data, "SELECT count() FROM events").await, 501);
    assert_eq!(
        ask(&data, "SELECT uniqExact(visitor) FROM events").await,
        500
    );
}

#[tokio::test]
async fn bad_lines_are_told_with_number_key_and_reason_and_the_good_go_in_unless_strict() {
    let place = place();
    let data = place.path().join("data");
    let mut text = lines(3).into_bytes();
    text.extend_from_slice(b"{\"site\":\"shop\"}\n\n\xff\xfe broken\n");
    text.extend_from_slice(line(1, 1, "x").replace("2026-01-05", "soon").as_bytes());
    text.extend_from_slice(b"\n{\"half\":");

    let strict = import_text(&data, &text, &["--strict"]);
    assert_eq!(strict.code, 5, "{strict:?}");
    assert!(strict.out.contains("nothing went in"), "{strict:?}");
    assert_eq!(ask(&data, "SELECT count() FROM events").await, 0);

    let ran = import_text(&data, &text, &[]);
    assert_eq!(ran.code, 5, "{ran:?}");
    assert!(
        ran.out
            .contains("3 events went in, 4 bad lines were left out"),
        "{ran:?}"
    );
    for told in [
        "line 4, visitor: is missing",
        "line 6: not UTF-8",
        "line 7, time: is no time",
        "line 8",
    ] {
        assert!(ran.err.contains(told), "{told}: {}", ran.err);
    }
    assert_eq!(ask(&data, "SELECT count() FROM events").await, 3);

    let short = import_text(&data, &text, &["--list", "1"]);
    assert!(short.err.contains("and 3 more bad lines"), "{short:?}");
}

#[tokio::test]
async fn a_damaged_archive_says_where_and_what_came_before_goes_in() {
    let place = place();
    let data = place.path().join("data");
    let packed = zstd::encode_all(lines(20_000).as_bytes(), 1).expect("zstd");
    let ran = import_text(&data, &packed[..packed.len() - 10], &[]);
    assert_eq!(ran.code, 5, "{ran:?}");
    assert!(ran.err.contains("reading stopped at line"), "{ran:?}");
    let stored = ask(&data, "SELECT count() FROM events").await;
    assert!(
        ran.out.contains("events went in") && stored < 20_000,
        "{stored} {ran:?}"
    );
    let strict = import_text(&data, &packed[..packed.len() - 20], &["--strict"]);
    assert_eq!(
        (strict.code, strict.out.contains("nothing went in")),
        (5, true),
        "{strict:?}"
    );
}

#[tokio::test]
async fn a_missing_file_is_named_and_the_others_go_in() {
    let place = place();
    let data = place.path().join("data");
    let plain = place.path().join("events.ndjson");
    std::fs::write(&plain, lines(2)).expect("write");
    let ran = run(
        &data,
        &[
            "import",
            "events",
            "nowhere.ndjson",
            plain.to_str().expect("path"),
        ],
    );
    assert_eq!(ran.code, 5);
    assert!(ran.err.contains("nowhere.ndjson"), "{ran:?}");
    assert_eq!(ask(&data, "SELECT count() FROM events").await, 2);
}

#[tokio::test]
async fn a_strict_import_of_a_pipe_reads_it_once_and_takes_all() {
    let place = place();
    let data = place.path().join("data");
    let file = place.path().join("events.ndjson");
    std::fs::write(&file, lines(50)).expect("write");
    let script = format!(
        "exec {} --data-dir {} import events --strict <(cat {})",
        env!("CARGO_BIN_EXE_snag"),
        data.display(),
        file.display()
    );
    let output = std::process::Command::new("bash")
        .args(["-c", &script])
        .output()
        .expect("bash runs");
    let ran = Ran::of(output);
    assert!(ran.out.contains("50 events went in"), "{ran:?}");
    assert_eq!(ask(&data, "SELECT count() FROM events").await, 50);
}
