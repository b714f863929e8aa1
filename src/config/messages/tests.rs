//! What messages cannot be sent as they are written says so, with its place.

use figment::Figment;
use figment::providers::{Format as _, Toml};

use super::*;

const MAIL: &str = "[mail]\nhost = 'smtp.shop.example'\nfrom = 'snag@shop.example'\n";

fn config(text: &str) -> Result<Config> {
    let config: Config = Figment::from(Toml::string(text)).extract()?;
    config.check_messages()?;
    Ok(config)
}

fn message(lines: &str) -> String {
    format!("{MAIL}[[messages]]\nsite = 'shop'\n{lines}")
}

#[test]
fn what_cannot_be_sent_is_refused_with_its_place_and_the_mend() {
    let cases = [
        (message("what = 'daily'"), "weekly"),
        (message("what = 'weekly'"), "it goes nowhere: give to"),
        (
            message("what = 'weekly'\nto = ['anna']"),
            "write it such as a@b.example",
        ),
        (
            message("what = 'weekly'\nto = ['a@b.example\\r\\nBcc: x@y.example']"),
            "is no address",
        ),
        (
            message("what = 'weekly'\nto = [\"a@b.example\\r\\nBcc: x@y.example\"]"),
            "is no address",
        ),
        (
            message("what = 'alerts'\nwebhook = 'hooks.example'"),
            "write it such as https://",
        ),
        (
            message("what = 'alerts'\nwebhook = 'ftp://hooks.example'"),
            "neither http nor https",
        ),
        (
            message("what = 'weekly'\nto = ['a@b.example']\nhour = 24"),
            "write 0 to 23",
        ),
        (
            message("what = 'weekly'\nto = ['a@b.example']\ntime_zone = 'Mars'"),
            "Europe/Dublin",
        ),
        (
            message("what = 'weekly'\nto = ['a@b.example', 'a@b.example']"),
            "has it already",
        ),
        (
            message("what = 'alerts'\nto = ['a@b.example']\nsecret_file = 'x'"),
            "for a webhook",
        ),
        (
            "[[messages]]\nsite = 'shop'\nwhat = 'weekly'\nto = ['a@b.example']".to_owned(),
            "[mail] has no host",
        ),
        ("[mail]\nhost = 'smtp.shop.example'".to_owned(), "mail.from"),
        (format!("{MAIL}tls = 'none'"), "is not this machine"),
        (format!("{MAIL}password_file = 'x'"), "mail.user"),
    ];
    for (text, words) in cases {
        let error = config(&text).expect_err(&text);
        let error = format!("{error:#}");
        assert!(error.contains(words), "{text}: {error}");
        if text.starts_with(MAIL) && text.contains("[[messages]]") && !text.contains("daily") {
            assert!(error.starts_with("[[messages]] 1, "), "{error}");
        }
    }
}

#[test]
fn what_is_written_is_what_is_sent() {
    let text = format!(
        "{}\n{}",
        message(
            "what = 'weekly'\nto = ['a@b.example', 'Anna <c@d.example>']\nweekday = 'friday'\nhour = 17"
        ),
        "[[messages]]\nsite = 'shop'\nwhat = 'alerts'\nwebhook = 'https://hooks.example/x'\nstyle = 'slack'"
    );
    let config = config(&text).expect("right");
    let told = config.messages().expect("no files");
    assert_eq!(told.len(), 2);
    assert_eq!(
        (told[0].places.len(), told[0].when.as_str()),
        (2, "friday 17:00 UTC")
    );
    let Place::Hook(hook) = &told[1].places[0] else {
        panic!("a webhook");
    };
    assert_eq!(
        (hook.style, hook.allow_private, &hook.secret),
        (Style::Slack, false, &None)
    );
    let server = config
        .mail(&Environment::default())
        .expect("no files")
        .expect("a server");
    assert_eq!(
        (server.port, server.tls, server.credentials),
        (465, Tls::Implicit, None)
    );
}

#[test]
fn a_password_comes_from_the_environment_or_a_file_and_a_user_without_one_is_refused() {
    let with_user = format!("{MAIL}user = 'anna'\n");
    let config_of = |text: &str| config(text).expect("right");
    let error = config_of(&with_user).mail(&Environment::default());
    let error = error.expect_err("no password").to_string();
    assert!(error.contains("SNAG_MAIL_PASSWORD"), "{error}");
    let environment = Environment {
        mail_password: Some(snag_store::Secret::new("from outside")),
        ..Environment::default()
    };
    let password = |config: Config| {
        let server = config.mail(&environment).expect("right").expect("a server");
        server.credentials.expect("credentials").1
    };
    assert_eq!(password(config_of(&with_user)), "from outside");
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("password");
    std::fs::write(&file, "from a file\n").expect("written");
    let text = format!(
        "{with_user}password_file = {:?}",
        file.display().to_string()
    );
    assert_eq!(password(config_of(&text)), "from a file");
}
