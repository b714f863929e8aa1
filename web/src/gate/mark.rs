//! The mark that forms bear, and where what changes something comes from.

use actix_web::HttpRequest;

use super::text_of;
use crate::access::{Caller, hex, is_equal, keyed};
use crate::asked::Pairs;
use crate::problem::Problem;

/// What a form's mark is made for.
const CSRF: &str = "snaglist 2026 dashboard form";

/// What the forms of whoever asks bear; nothing where nobody is signed in.
pub(super) fn csrf(caller: &Caller) -> String {
    caller
        .login()
        .map_or_else(String::new, |login| mark(&login.id))
}

/// What a form of somebody who is signed in bears.
fn mark(login: &str) -> String {
    // A page is packed, and repeats what was asked for: a mark that is another one each time cannot be guessed by its length.
    let pad = rand::random::<[u8; 32]>();
    let of = keyed(CSRF, login, "");
    let mixed: Vec<u8> = of.iter().zip(pad).map(|(of, pad)| of ^ pad).collect();
    hex(&pad) + &hex(&mixed)
}

fn is_mark(text: &str, login_mark: &str) -> bool {
    let of = |text: &str| -> Option<Vec<u8>> {
        let digit = |at: usize| u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok();
        let bytes: Vec<u8> = (0..64).map(digit).collect::<Option<_>>()?;
        let (pad, mixed) = bytes.split_at(32);
        Some(
            pad.iter()
                .zip(mixed)
                .map(|(pad, mixed)| pad ^ mixed)
                .collect(),
        )
    };
    match (of(text), of(login_mark)) {
        (Some(one), Some(other)) => is_equal(&one, &other),
        _ => false,
    }
}

/// Whether what changes something comes from a page of this site: by where the browser says it comes from, and by the mark
/// that only its forms bear.
pub(super) fn is_own(
    request: &HttpRequest,
    origin: &str,
    csrf: &str,
    body: &[u8],
) -> Result<(), Problem> {
    let foreign = || Problem::new(403, "this was sent by a page of another site");
    if text_of(request, "sec-fetch-site")
        .is_some_and(|site| site != "same-origin" && site != "none")
    {
        return Err(foreign());
    }
    if text_of(request, "origin").is_some_and(|given| given != origin) {
        return Err(foreign());
    }
    if csrf.is_empty() {
        return Ok(());
    }
    let form = Pairs::read(body);
    let brought = text_of(request, "x-csrf").or(form.get("csrf"));
    match brought.is_some_and(|brought| is_mark(brought, csrf)) {
        true => Ok(()),
        false => Err(Problem::new(
            403,
            "the form is too old: go back, load the page anew, and send it again",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_another_one_each_time_and_holds_for_its_login_alone() {
        let (one, again, other) = (mark("a"), mark("a"), mark("b"));
        assert_ne!(one, again);
        assert!(is_mark(&one, &again));
        assert!(!is_mark(&one, &other));
        assert!(!is_mark("", &one));
        assert!(!is_mark(&one[..126], &one));
        assert!(!is_mark(&"ü".repeat(64), &one));
    }
}
