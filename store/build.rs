//! Lists the migrations at build time, so that the binary carries them and a gap in their numbers is found here.

use std::fmt::Write as _;
use std::path::Path;

fn main() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../sql/migrations");
    println!("cargo::rerun-if-changed={}", directory.display());
    let mut names: Vec<String> = std::fs::read_dir(&directory)
        .unwrap_or_else(|error| panic!("{}: {error}", directory.display()))
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.ends_with(".sql"))
        .collect();
    names.sort();
    let mut list = String::from("[\n");
    for (index, name) in names.iter().enumerate() {
        let number = name.split('_').next().filter(|number| number.len() == 4);
        let number: usize = number
            .and_then(|number| number.parse().ok())
            .unwrap_or_else(|| {
                panic!("sql/migrations/{name}: its name does not begin with a number like 0001_")
            });
        assert_eq!(
            number,
            index + 1,
            "sql/migrations/{name}: a number is missing or there twice before it"
        );
        let path = directory.join(name);
        println!("cargo::rerun-if-changed={}", path.display());
        let path = path.display();
        let _ = writeln!(
            list,
            "    ({number}, {name:?}, include_str!({:?})),",
            path.to_string()
        );
    }
    list.push(']');
    let out = std::env::var("OUT_DIR").unwrap_or_else(|error| panic!("OUT_DIR: {error}"));
    let file = Path::new(&out).join("migrations.rs");
    std::fs::write(&file, list).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
}
