//! What fuzzing may call, and what has to hold of it. Only there when the compiler is told to build for fuzzing.
//!
//! Goes as far as the engine is not needed: what it would be asked is checked, and not asked.

use std::convert::Infallible;
use std::io::Read;
use std::sync::LazyLock;
use std::time::Instant;

use http_body_util::BodyExt as _;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::runtime::{Builder, Runtime};

use super::access::{Access, Credentials, Shown};
use super::answer::{Answer, refused};
use super::body::{decoded, fill};
use super::failure::Failure;
use super::format::{Joiner, head_length, joining, media_type};
use super::lexer::{Kind, Lexer, Token, next_token};
use super::native_blocks::{Decompressor, checksum, compress};
use super::native_revision::reframe;
use super::options::Options;
use super::reading::names_file;
use super::request::{Received, receive};
use super::selection::Selection;
use super::statement::{Statement, scan};
use super::text::read_statement;
use crate::config::Secret;
use crate::engine::{quote_name, quote_text};

const TOKEN: &str = "token";
const PASSWORD: &str = "reader";
/// Secrets that nothing shown can be, as only their hashes are compared.
const UNKNOWN: [&str; 2] = [
    "5a0c1c7d33e94b0e8f6e5f0b2d1a9c47",
    "c2b7f1e86d0945a39a7d14e0b35c8f62",
];
/// As much is read of what a small body unfolds to.
const UNFOLDED: u64 = 256 << 10;

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    Builder::new_current_thread()
        .build()
        .expect("a runtime starts")
});
static CREDENTIALS: LazyLock<Credentials> = LazyLock::new(|| credentials([TOKEN, PASSWORD]));
static OTHER_CREDENTIALS: LazyLock<Credentials> = LazyLock::new(|| credentials(UNKNOWN));

fn credentials([token, password]: [&str; 2]) -> Credentials {
    Credentials::new(&Secret::new(token), Some(&Secret::new(password)))
}

/// All that a stranger's bytes meet before the engine: the first byte says as what they are taken.
///
/// # Panics
/// When one of the invariants named beside the checks does not hold.
pub fn front(bytes: &[u8]) {
    let Some((choice, rest)) = bytes.split_first() else {
        return;
    };
    match choice % 5 {
        0 => RUNTIME.block_on(converse(rest)),
        1 => check_statement(rest),
        2 => unfold(rest),
        3 => unfold_frame(rest),
        _ => join_blocks(rest),
    }
}

/// The bytes of a connection.
async fn converse(bytes: &[u8]) {
    let (mut client, server) = tokio::io::duplex(8 << 10);
    let service =
        service_fn(|request| async { Ok::<_, Infallible>(answer(request, bytes.len()).await) });
    let mut builder = http1::Builder::new();
    // What came before the end is still to be answered.
    builder.half_close(true);
    let connection = builder.serve_connection(TokioIo::new(server), service);
    let exchange = async move {
        let mut answers = Vec::new();
        // A connection that was broken off is none to write to.
        let _ = client.write_all(bytes).await;
        let _ = client.shutdown().await;
        let _ = client.read_to_end(&mut answers).await;
    };
    let _ = tokio::join!(connection, exchange);
}

async fn answer(request: Request<Incoming>, sent: usize) -> Answer {
    let from_url = Options::read(request.uri().query().unwrap_or_default(), request.headers());
    let shown = Shown::from_request(
        request.headers(),
        from_url.user.as_deref(),
        from_url.password.as_deref(),
    );
    assert!(
        OTHER_CREDENTIALS.admit(&shown).is_err(),
        "let in: {shown:?}"
    );
    let received = match receive(request, &CREDENTIALS, "1").await {
        Ok(received) => received,
        Err(answer) => return answer,
    };
    let shows = |secret: &str| Shown::showing(secret).any(|right| right == shown);
    match received.access {
        Access::Full => assert!(shows(TOKEN), "let in: {shown:?}"),
        Access::ReadOnly => assert!(shows(PASSWORD), "let in: {shown:?}"),
    }
    let Received {
        options,
        content_encoding,
        body,
        stamp,
        ..
    } = received;
    check_options(&options, sent);
    let body = match body {
        Some(body) => body
            .collect()
            .await
            .map(http_body_util::Collected::to_bytes),
        None => Ok(Default::default()),
    };
    let failure = match body {
        Err(error) => Failure::body(&error.to_string()),
        Ok(body) => read_to_the_end(&options, content_encoding.as_deref(), &body)
            .err()
            .unwrap_or_else(|| Failure::not_implemented("no engine")),
    };
    refused(&failure, &stamp)
}

/// Nothing typed gets out of its quotes, and nothing grows beyond what was sent: a byte that is no UTF-8 becomes three.
fn check_options(options: &Options, sent: usize) {
    let named = options
        .parameters
        .iter()
        .map(|it| it.name.len() + it.value.len());
    let set = options
        .settings
        .iter()
        .map(|(name, value)| name.len() + value.len());
    let held = options.query.len() + named.sum::<usize>() + set.sum::<usize>();
    assert!(held <= 3 * sent, "{held} bytes held of {sent}");
    for text in options
        .settings
        .iter()
        .map(|(_, value)| value)
        .chain(&options.database)
    {
        for quoted in [quote_text(text), quote_name(text)] {
            let token = next_token(quoted.as_bytes(), 0).expect("a token");
            let whole = (Kind::Quoted, 0, quoted.len());
            assert_eq!((token.kind, token.start, token.end), whole, "{quoted}");
        }
    }
    let Ok(sql) = options.settings_statement("/mark", Some(1)) else {
        return;
    };
    let text = sql.as_bytes();
    let tokens = tokens(text);
    assert!(tokens[0].is_word(text, "SET"));
    for assignment in tokens[1..].split(|token| token.kind == Kind::Sign(b',')) {
        let (value, name) = assignment.split_last().expect("an assignment");
        let (equals, name) = name.split_last().expect("a name");
        assert_eq!(equals.kind, Kind::Sign(b'='), "{sql}");
        assert!(
            value.kind == Kind::Quoted || value.is_word(text, "1"),
            "{sql}"
        );
        let in_name = |token: &Token| matches!(token.kind, Kind::Word | Kind::Sign(b'.'));
        assert!(!name.is_empty() && name.iter().all(in_name), "{sql}");
    }
    assert!(sql.ends_with(", readonly = 1"), "{sql}");
}

fn read_to_the_end(
    options: &Options,
    content_encoding: Option<&str>,
    body: &[u8],
) -> Result<(), Failure> {
    let reader = decoded(body, content_encoding, options.decompress)
        .map_err(|reason| Failure::bad_arguments(&reason))?;
    let mut reader = reader.take(UNFOLDED);
    let (text, statement) = read_statement(&options.query, &mut reader)?;
    match statement {
        Statement::Empty => {}
        Statement::Insert { head, data, .. } => assert!(head <= data && data <= text.len()),
        Statement::Query(query) => {
            names_file(&text);
            Selection::new(&text, &query, options, Instant::now());
        }
    }
    let mut piece = [0; 4 << 10];
    loop {
        match fill(&mut reader, &mut piece) {
            Ok(0) => return Ok(()),
            Ok(_) => {}
            Err(error) => return Err(Failure::body(&error.to_string())),
        }
    }
}

fn tokens(text: &[u8]) -> Vec<Token> {
    let mut lexer = Lexer::new(text);
    let first = lexer.next(0);
    std::iter::successors(first, |token| lexer.next(token.end)).collect()
}

/// Tokens and what is between them are the text, each reads the same alone, and a beginning that is enough says what the
/// whole does.
fn check_statement(text: &[u8]) {
    let tokens = tokens(text);
    // What a dollar begins depends on all that follows.
    let has_dollar = text.contains(&b'$');
    let mut end = 0;
    let mut joined = Vec::new();
    for token in &tokens {
        assert!(end <= token.start && token.start < token.end && token.end <= text.len());
        assert_eq!(
            next_token(&text[end..token.start], 0),
            None,
            "between tokens"
        );
        let alone = &text[token.start..token.end];
        let whole = Token {
            kind: token.kind,
            start: 0,
            end: alone.len(),
        };
        assert_eq!(next_token(alone, 0), Some(whole), "alone");
        joined.extend_from_slice(alone);
        joined.push(b'\n');
        end = token.end;
    }
    assert_eq!(next_token(&text[end..], 0), None, "after the last token");
    if !has_dollar {
        joined.pop();
        let again = self::tokens(&joined);
        let words = |text: &[u8], tokens: &[Token]| -> Vec<(Kind, Vec<u8>)> {
            let word = |token: &Token| text[token.start..token.end].to_vec();
            let parts = tokens.iter();
            parts.map(|token| (token.kind, word(token))).collect()
        };
        assert_eq!(words(&joined[..], &again), words(text, &tokens), "joined");
    }
    names_file(text);
    let whole = scan(text, true).expect("a complete text is some statement");
    if let Statement::Insert { head, format, data } = &whole {
        assert!(head <= data && *data <= text.len());
        if let Some(format) = format {
            let clause = String::from_utf8_lossy(&text[*head..*data]).to_ascii_lowercase();
            assert!(clause.contains(&format.to_ascii_lowercase()), "{clause}");
        }
    }
    for cut in (0..text.len()).step_by(1 + text.len() / 32) {
        if let Some(early) = scan(&text[..cut], false)
            && !has_dollar
        {
            assert_eq!(early, whole, "cut at {cut}");
        }
    }
}

/// A body in one of the encodings.
fn unfold(bytes: &[u8]) {
    const ENCODINGS: [&str; 6] = ["identity", "gzip", "deflate", "zstd", "br", "lz4"];
    let Some((choice, body)) = bytes.split_first() else {
        return;
    };
    let encoding = ENCODINGS[usize::from(*choice & 0x7f) % ENCODINGS.len()];
    if let Ok(reader) = decoded(body, Some(encoding), choice & 0x80 != 0) {
        drain(reader);
    }
}

/// One of ClickHouse's own frames, whose checksum is right whatever it holds.
fn unfold_frame(bytes: &[u8]) {
    let Some((head, body)) = bytes.split_at_checked(5) else {
        return;
    };
    let packed = (9 + body.len() as u32).to_le_bytes();
    let checked = [&head[..1], &packed, &head[1..], body].concat();
    let frame = [&checksum(&checked)[..], &checked].concat();
    drain(Decompressor::new(frame.as_slice()));
    let mut back = Vec::new();
    let packed = compress(body);
    let read = Decompressor::new(packed.as_slice()).read_to_end(&mut back);
    assert!(read.is_ok() && back == body);
}

fn drain(reader: impl Read) {
    let mut reader = reader.take(UNFOLDED);
    let mut piece = [0; 4 << 10];
    while let Ok(1..) = reader.read(&mut piece) {}
}

/// Blocks as the engine gives them, though their names and values are anyone's.
fn join_blocks(bytes: &[u8]) {
    const FORMATS: [&str; 6] = [
        "Native",
        "TSVWithNames",
        "CSVWithNamesAndTypes",
        "RowBinaryWithNames",
        "RowBinaryWithNamesAndTypes",
        "JSON",
    ];
    let Some((choice, document)) = bytes.split_first() else {
        return;
    };
    let format = FORMATS[usize::from(*choice) % FORMATS.len()];
    media_type(&String::from_utf8_lossy(document));
    let joining = joining(format);
    let length = head_length(joining, document);
    assert!(length.is_none_or(|length| length <= document.len()));
    let mut joiner = Joiner::new(joining);
    if let Some(length) = length {
        assert_eq!(joiner.skip(document), Some(0));
        assert_eq!(joiner.skip(document), Some(length), "the same head again");
    }
    for revision in [1, 54_460] {
        if let Ok(framed) = reframe(document, revision) {
            assert!(framed.len() <= 5 * document.len());
        }
    }
}
