//! Files that are no backup, or no whole one: said, and nothing is changed.

use std::future::pending;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use snag_upkeep::{BackupOptions, Error, backup, check, restore};

use crate::world::World;

fn complaint(file: &Path) -> String {
    match check(file) {
        Err(error @ Error::File { .. }) => error.to_string(),
        other => panic!("{}: {other:?}", file.display()),
    }
}

/// A tar file packed like a backup.
fn packed(place: &Path, entries: &[(&str, &str)]) -> PathBuf {
    let file = place.with_extension("made");
    let mut packed = zstd::Encoder::new(std::fs::File::create(&file).unwrap(), 1).unwrap();
    packed.include_checksum(true).unwrap();
    let mut tar = tar::Builder::new(packed);
    for (name, text) in entries {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        tar.append_data(&mut header, name, text.as_bytes()).unwrap();
    }
    tar.into_inner().unwrap().finish().unwrap();
    file
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_was_cut_or_of_which_one_bit_changed_is_refused_before_anything_is_written() {
    let world = World::empty().await;
    world.fill().await;
    let file = world.file("a.backup");
    let options = BackupOptions::default();
    backup(&world.store, &file, options, |_| {}, pending())
        .await
        .unwrap();
    let bytes = std::fs::read(&file).unwrap();
    let bad = world.file("bad.backup");
    for part in 0..40 {
        let length = bytes.len() * part / 40;
        std::fs::write(&bad, &bytes[..length]).unwrap();
        let told = complaint(&bad);
        let wanted = if length < 4 {
            "is no backup"
        } else {
            "is cut off"
        };
        assert!(told.contains(wanted), "cut at {length}: {told}");
    }
    for part in 0..60 {
        let mut changed = bytes.clone();
        changed[bytes.len() * part / 60] ^= 1 << (part % 8);
        std::fs::write(&bad, &changed).unwrap();
        let told = complaint(&bad);
        assert!(
            ["is damaged", "is cut off", "is no backup"]
                .iter()
                .any(|word| told.contains(word)),
            "{told}"
        );
    }
    let mut longer = bytes.clone();
    longer.extend_from_slice(b"and more");
    std::fs::write(&bad, &longer).unwrap();
    assert!(complaint(&bad).contains("is damaged"));

    let (world, _old) = world.another().await;
    std::fs::write(&bad, &bytes[..bytes.len() - 9]).unwrap();
    let refused = restore(&world.store, &bad, true).await.unwrap_err();
    assert!(refused.to_string().contains("is cut off"), "{refused}");
    assert_eq!(world.passing().await, 0);
    world.close().await;
}

#[test]
fn what_is_no_backup_of_ours_and_of_this_version_is_told_apart() {
    let place = tempfile::tempdir().unwrap();
    let place = place.path().join("x");
    let head = |format: u32, name: &str| {
        format!(
            r#"{{"format":{format},"id":"0","snag":"9.9.9","made_at":"2026-01-01T00:00:00Z","tables":["events"],
               "migrations":[{{"version":9999,"name":"{name}","checksum":"x"}}]}}"#
        )
    };
    let plain = r#"{"format":1,"id":"0","snag":"0.1.0","made_at":"2026-01-01T00:00:00Z","tables":["events"],"migrations":[]}"#;
    let none = r#"{"id":"0","parts":[]}"#;
    let other = r#"{"id":"1","parts":[]}"#;
    let rows = r#"{"id":"0","parts":[{"table":"events","partition":"202609","rows":1,"bytes":1,"blake3":"00"}]}"#;
    const HEAD: &str = "snaglist-backup.json";
    const LIST: &str = "manifest.json";
    const PIECE: &str = "tables/events/202609/000000.native";
    let (later, foreign) = (head(2, "x"), head(1, "9999_later.sql"));
    let cases: [(&[(&str, &str)], &str); 11] = [
        (&[], "is no backup of Snaglist"),
        (&[("readme", "x")], "is no backup of Snaglist"),
        (&[(HEAD, &later)], "another snag, 9.9.9"),
        (&[(HEAD, &foreign)], "9999_later.sql"),
        (&[(HEAD, "{}")], "is damaged"),
        (&[(HEAD, plain)], "is cut off"),
        (&[(HEAD, plain), (LIST, other)], "that of another"),
        (
            &[(HEAD, plain), (LIST, rows)],
            "not those that were written",
        ),
        (
            &[(HEAD, plain), (PIECE, "x"), (LIST, rows)],
            "not those that were written",
        ),
        (
            &[(HEAD, plain), (PIECE, "x"), (LIST, none)],
            "that its list of contents has not",
        ),
        (
            &[(HEAD, plain), ("tables/a/b", "x"), (LIST, none)],
            "an entry",
        ),
    ];
    for (entries, wanted) in cases {
        let told = complaint(&packed(&place, entries));
        assert!(told.contains(wanted), "{entries:?}: {told}");
    }
    let text = place.with_extension("txt");
    std::fs::File::create(&text)
        .unwrap()
        .write_all(b"hello world")
        .unwrap();
    assert!(complaint(&text).contains("is no backup of Snaglist"));
    let gone = check(Path::new("/nowhere/at/all")).unwrap_err();
    assert!(matches!(gone, Error::Disk { .. }), "{gone}");
}
