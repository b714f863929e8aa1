//! Letters, to a mail server on this machine.

use jiff::Timestamp;
use mail_parser::{MessageParser, MimeHeaders as _};
use snag_messages::{Address, Change, MailServer, Outcome, Place, Sender, Tls, Told};

use crate::smtp::{Refusal, Smtp};
use crate::told::{NASTY, rate, snag, weekly};

fn server(port: u16) -> MailServer {
    MailServer {
        host: "localhost".to_owned(),
        port,
        tls: Tls::None,
        credentials: None,
        from: "Snaglist <snag@shop.example>".parse().unwrap(),
        authority: None,
    }
}

fn created() -> Timestamp {
    "2026-03-09T08:00:00Z".parse().unwrap()
}

async fn send(server: MailServer, told: &Told) -> Outcome {
    let to: Address = "Änna Owner <anna@shop.example>".parse().unwrap();
    let sender = Sender::new(Some(server)).unwrap();
    sender
        .send(&Place::Mail(to), "msg_1", told, created(), created())
        .await
}

#[tokio::test]
async fn a_letter_has_text_and_html_and_says_how_to_get_it_no_more() {
    let smtp = Smtp::open(None).await;
    let told = weekly(
        vec![snag("\"Pay\" does nothing", "severe", Change::New)],
        Vec::new(),
    );
    let outcome = send(server(smtp.port), &told).await;
    assert_eq!(
        outcome,
        Outcome::Delivered("250 2.0.0 taken as 7F3".to_owned())
    );
    let taken = smtp.taken().remove(0);
    let commands = &taken.commands;
    assert!(
        commands
            .iter()
            .any(|command| command.starts_with("MAIL FROM:<snag@shop.example>"))
    );
    assert!(
        commands.contains(&"RCPT TO:<anna@shop.example>".to_owned()),
        "{commands:?}"
    );
    let letter = MessageParser::default().parse(&taken.letter).unwrap();
    assert_eq!(letter.subject(), Some("shop: 1 snag, 1 new"));
    assert_eq!(letter.message_id(), Some("msg_1@shop.example"));
    assert_eq!(letter.date().unwrap().to_timestamp(), created().as_second());
    assert_eq!(
        letter.to().unwrap().first().unwrap().name(),
        Some("Änna Owner")
    );
    assert_eq!(
        letter.header_raw("Auto-Submitted").map(str::trim),
        Some("auto-generated")
    );
    assert_eq!(
        letter.header_raw("List-Unsubscribe").map(str::trim),
        Some("<mailto:snag@shop.example?subject=unsubscribe%20shop>")
    );
    let kinds: Vec<String> = letter
        .parts
        .iter()
        .filter_map(|part| part.content_type())
        .map(|kind| {
            format!(
                "{}/{}",
                kind.c_type,
                kind.c_subtype.as_deref().unwrap_or_default()
            )
        })
        .collect();
    assert_eq!(kinds, ["multipart/alternative", "text/plain", "text/html"]);
    for body in [letter.body_text(0).unwrap(), letter.body_html(0).unwrap()] {
        let body = body.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            body.contains("does nothing") && body.contains("snag trouble --site shop"),
            "{body}"
        );
        assert!(body.contains("take the address out"), "{body}");
    }
}

#[tokio::test]
async fn what_visitors_sent_makes_no_header_and_no_tag() {
    let smtp = Smtp::open(None).await;
    let Told::Weekly(mut list) = weekly(vec![snag(NASTY, "severe", Change::Same)], Vec::new())
    else {
        unreachable!()
    };
    NASTY.clone_into(&mut list.site);
    assert!(matches!(
        send(server(smtp.port), &Told::Weekly(list)).await,
        Outcome::Delivered(_)
    ));
    let taken = smtp.taken().remove(0);
    let recipients = taken
        .commands
        .iter()
        .filter(|command| command.starts_with("RCPT"));
    assert_eq!(recipients.count(), 1);
    let letter = MessageParser::default().parse(&taken.letter).unwrap();
    assert!(letter.bcc().is_none() && letter.header_raw("Bcc").is_none());
    let known = [
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "Auto-Submitted",
        "List-Unsubscribe",
        "List-Id",
        "MIME-Version",
        "Content-Type",
    ];
    for header in letter.headers() {
        let name = header.name();
        assert!(
            known.iter().any(|known| known.eq_ignore_ascii_case(name)),
            "{name}"
        );
    }
    let html = letter.body_html(0).unwrap();
    assert!(
        !html.contains("<img") && html.contains("&#60;img"),
        "{html}"
    );
}

#[tokio::test]
async fn a_refusal_is_final_only_where_it_is_about_the_letter() {
    let cases: [(Refusal, bool); 5] = [
        (Some(("RCPT", "550 5.1.1 no such user")), true),
        (Some(("RCPT", "451 4.7.1 greylisted, come again")), false),
        (Some(("MAIL", "421 4.3.2 closing")), false),
        (Some(("AUTH", "535 5.7.8 wrong password")), false),
        (Some(("DATA", "554 5.6.0 spam")), true),
    ];
    for (refusal, is_final) in cases {
        let smtp = Smtp::open(refusal).await;
        let mut server = server(smtp.port);
        server.credentials = Some(("anna".to_owned(), "secret".to_owned()));
        let outcome = send(server, &rate()).await;
        let (found, why) = match outcome {
            Outcome::Refused(why) => (true, why),
            Outcome::Later { why, .. } => (false, why),
            Outcome::Delivered(words) => panic!("{refusal:?}: {words}"),
        };
        assert_eq!(found, is_final, "{refusal:?}");
        let (_, said) = refusal.unwrap();
        let words = said.rsplit(' ').next().unwrap();
        assert!(why.contains(words) && !why.contains("secret"), "{why}");
        assert!(smtp.taken().is_empty());
    }
}

#[tokio::test]
async fn a_server_whose_certificate_nobody_vouches_for_is_told_neither_password_nor_letter() {
    let smtp = Smtp::encrypted().await;
    let mut strange = server(smtp.port);
    strange.tls = Tls::Implicit;
    strange.credentials = Some(("anna".to_owned(), "secret".to_owned()));
    let outcome = send(strange.clone(), &rate()).await;
    assert!(matches!(outcome, Outcome::Later { .. }), "{outcome:?}");
    assert!(smtp.taken().is_empty());
    strange.authority = Some(smtp.authority.clone());
    let outcome = send(strange, &rate()).await;
    assert!(matches!(outcome, Outcome::Delivered(_)), "{outcome:?}");
    let commands = smtp.taken().remove(0).commands;
    assert!(
        commands.iter().any(|command| command.starts_with("AUTH ")),
        "{commands:?}"
    );
}

#[tokio::test]
async fn a_server_that_does_not_encrypt_gets_nothing_where_it_has_to() {
    let smtp = Smtp::open(None).await;
    let mut starttls = server(smtp.port);
    starttls.tls = Tls::StartTls;
    let outcome = send(starttls, &rate()).await;
    assert!(!matches!(outcome, Outcome::Delivered(_)), "{outcome:?}");
    assert!(smtp.taken().is_empty());
    let mut elsewhere = server(smtp.port);
    elsewhere.host = "mail.example".to_owned();
    let error = Sender::new(Some(elsewhere)).unwrap_err().to_string();
    assert!(error.contains("encrypted"), "{error}");
}

#[tokio::test]
async fn without_a_mail_server_mail_is_refused_with_the_mend() {
    let to: Address = "anna@shop.example".parse().unwrap();
    let sender = Sender::new(None).unwrap();
    let outcome = sender
        .send(&Place::Mail(to), "msg_1", &rate(), created(), created())
        .await;
    assert_eq!(
        outcome,
        Outcome::Refused("there is no mail server: name one in [mail]".to_owned())
    );
}
