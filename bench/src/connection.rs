//! One connection that has at most one request under way.

use std::io::{self, Read as _, Write as _};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::Result;
use memchr::memmem;
use mio::net::TcpStream;
use mio::{Interest, Registry, Token};

/// What a look at a connection brought.
pub(crate) enum Heard {
    /// Nothing whole yet.
    Nothing,
    /// An answer, and how long it took from when the request was due.
    Answer { status: u16, after: Duration },
    /// The server closed; whether a request was under way.
    End { waited: bool },
}

/// A connection.
pub(crate) struct Connection {
    stream: TcpStream,
    token: Token,
    /// What could not be written yet.
    rest: Vec<u8>,
    answer: Vec<u8>,
    due: Option<Instant>,
}

impl Connection {
    pub(crate) fn open(to: SocketAddr, registry: &Registry, token: Token) -> Result<Self> {
        let stream = std::net::TcpStream::connect(to)?;
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        let mut stream = TcpStream::from_std(stream);
        registry.register(&mut stream, token, Interest::READABLE)?;
        Ok(Self {
            stream,
            token,
            rest: Vec::new(),
            answer: Vec::with_capacity(1024),
            due: None,
        })
    }

    /// Sends a request that was due at `due`.
    pub(crate) fn send(&mut self, request: &[u8], due: Instant) -> Result<()> {
        self.due = Some(due);
        let written = match self.stream.write(request) {
            Ok(written) => written,
            // It is told as the end of the connection when that is heard.
            Err(error) if error.kind() != io::ErrorKind::WouldBlock => return Ok(()),
            Err(_) => 0,
        };
        self.rest.extend_from_slice(&request[written..]);
        Ok(())
    }

    /// Reads what is there.
    pub(crate) fn listen(&mut self, registry: &Registry) -> Result<Heard> {
        if !self.rest.is_empty() {
            let written = self.stream.write(&self.rest).unwrap_or(0);
            self.rest.drain(..written);
            let interest = match self.rest.is_empty() {
                true => Interest::READABLE,
                false => Interest::READABLE | Interest::WRITABLE,
            };
            registry.reregister(&mut self.stream, self.token, interest)?;
        }
        let mut buffer = [0; 4096];
        loop {
            match self.stream.read(&mut buffer) {
                Ok(0) => return Ok(self.end()),
                Ok(length) => self.answer.extend_from_slice(&buffer[..length]),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(_) => return Ok(self.end()),
            }
            if let Some(status) = whole(&self.answer) {
                self.answer.clear();
                let Some(due) = self.due.take() else { continue };
                let after = due.elapsed();
                return Ok(Heard::Answer { status, after });
            }
        }
        Ok(Heard::Nothing)
    }

    fn end(&mut self) -> Heard {
        let waited = self.due.take().is_some();
        Heard::End { waited }
    }
}

/// The status, once head and body are there.
fn whole(answer: &[u8]) -> Option<u16> {
    let head = memmem::find(answer, b"\r\n\r\n")?;
    let text = std::str::from_utf8(&answer[..head]).ok()?;
    let status = text.get(9..12)?.parse().ok()?;
    let length = text
        .lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .and_then(|(_, length)| length.trim().parse().ok())
        .unwrap_or(0_usize);
    (answer.len() >= head + 4 + length).then_some(status)
}
