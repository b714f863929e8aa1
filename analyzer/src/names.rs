//! Which of the known names was probably meant.

/// The names, the most similar to `wanted` first; equally similar ones in their alphabet.
pub(crate) fn nearest_first<S: AsRef<str>>(wanted: &str, mut names: Vec<S>) -> Vec<S> {
    let wanted = wanted.to_lowercase();
    names.sort_by_cached_key(|name| {
        let name = name.as_ref();
        (
            strsim::osa_distance(&wanted, &name.to_lowercase()),
            name.to_owned(),
        )
    });
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_fingers_finds_its_name() {
        assert_eq!(
            nearest_first("devcie", vec!["browser", "country", "device"])[0],
            "device"
        );
        assert_eq!(nearest_first("SHOP", vec!["blog", "shop"])[0], "shop");
        assert_eq!(nearest_first("zzzz", vec!["b", "a"]), ["a", "b"]);
    }
}
