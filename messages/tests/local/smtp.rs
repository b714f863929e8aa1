//! A mail server that speaks enough SMTP, and remembers what it was sent.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;

/// A letter as it came.
#[derive(Debug, Clone, Default)]
pub(crate) struct Taken {
    /// The commands before it, in their order.
    pub(crate) commands: Vec<String>,
    pub(crate) letter: Vec<u8>,
}

/// What it answers to a command that begins so, instead of the usual.
pub(crate) type Refusal = Option<(&'static str, &'static str)>;

pub(crate) struct Smtp {
    pub(crate) port: u16,
    /// The certificate it shows, as PEM, where it encrypts.
    pub(crate) authority: Vec<u8>,
    taken: Arc<Mutex<Vec<Taken>>>,
}

impl Smtp {
    pub(crate) async fn open(refusal: Refusal) -> Self {
        Self::start(refusal, None).await
    }

    /// Encrypted from the first byte on.
    pub(crate) async fn encrypted() -> Self {
        let signed = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let key = rustls::pki_types::PrivateKeyDer::try_from(signed.signing_key.serialize_der());
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![signed.cert.der().clone()], key.unwrap())
            .unwrap();
        let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
        let mut smtp = Self::start(None, Some(acceptor)).await;
        smtp.authority = signed.cert.pem().into_bytes();
        smtp
    }

    async fn start(refusal: Refusal, acceptor: Option<tokio_rustls::TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let taken = Arc::<Mutex<Vec<Taken>>>::default();
        let all = Arc::clone(&taken);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (all, acceptor) = (Arc::clone(&all), acceptor.clone());
                tokio::spawn(async move {
                    match acceptor {
                        None => talk(stream, refusal, all).await,
                        Some(acceptor) => {
                            if let Ok(stream) = acceptor.accept(stream).await {
                                talk(stream, refusal, all).await;
                            }
                        }
                    }
                });
            }
        });
        Self {
            port,
            authority: Vec::new(),
            taken,
        }
    }

    pub(crate) fn taken(&self) -> Vec<Taken> {
        self.taken.lock().unwrap().clone()
    }
}

async fn talk(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    refusal: Refusal,
    all: Arc<Mutex<Vec<Taken>>>,
) {
    let mut stream = BufReader::new(stream);
    let mut taken = Taken::default();
    let _ = stream.write_all(b"220 mail.example ESMTP\r\n").await;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.unwrap_or(0) == 0 {
            return;
        }
        let command = line.trim_end().to_owned();
        let refused = refusal.filter(|(start, _)| command.starts_with(start));
        taken.commands.push(command.clone());
        let answer = match (refused, command.split(' ').next().unwrap_or_default()) {
            (Some((_, answer)), _) => answer,
            (None, "EHLO") => "250-mail.example\r\n250-AUTH PLAIN LOGIN\r\n250 8BITMIME",
            (None, "AUTH") => "235 welcome",
            (None, "MAIL" | "RCPT" | "NOOP" | "RSET") => "250 well",
            (None, "DATA") => "354 go on",
            (None, "QUIT") => "221 bye",
            _ => "502 what?",
        };
        let _ = stream.write_all(format!("{answer}\r\n").as_bytes()).await;
        if answer.starts_with("354") {
            taken.letter = data(&mut stream).await;
            all.lock().unwrap().push(std::mem::take(&mut taken));
            let _ = stream.write_all(b"250 2.0.0 taken as 7F3\r\n").await;
        }
    }
}

/// All lines up to the one that is a dot, without the dots that were doubled.
async fn data(stream: &mut (impl tokio::io::AsyncBufRead + Unpin)) -> Vec<u8> {
    let mut letter = Vec::new();
    loop {
        let mut line = Vec::new();
        stream.read_until(b'\n', &mut line).await.unwrap();
        assert!(line.ends_with(b"\r\n"), "a line ends by both signs");
        if line == b".\r\n" {
            return letter;
        }
        letter.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
    }
}
