//! One HTTP request: who asks, what is asked, and the worker that does it.

use std::sync::Arc;

use hyper::body::{Body as _, Incoming};
use hyper::header::{CONTENT_ENCODING, CONTENT_TYPE};
use hyper::{HeaderMap, Method, Request, StatusCode};
use tokio::sync::{mpsc, oneshot};
use tokio_util::task::TaskTracker;

use super::access::{Credentials, Shown};
use super::answer::{Answer, Stamp, answered, plain, refused};
use super::body::{Pump, pipe};
use super::failure::Failure;
use super::options::Options;
use super::reply::{Head, Outlet};
use super::slots::Slots;
use super::ticket::{Guard, Ticket};
use super::worker::{Task, run};
use crate::engine::Engine;

/// Blocks of an answer that wait for the client.
const BLOCKS: usize = 4;
/// The most that a form may hold.
const LARGEST_FORM: u64 = 64 << 20;

/// Takes requests.
pub(super) struct Desk {
    engine: Arc<Engine>,
    credentials: Credentials,
    slots: Arc<Slots>,
    work: TaskTracker,
}

impl Desk {
    /// To be made on the runtime.
    pub(super) fn new(engine: Arc<Engine>, credentials: Credentials, work: TaskTracker) -> Desk {
        let slots = Arc::new(Slots::new(tokio::runtime::Handle::current()));
        Desk {
            engine,
            credentials,
            slots,
            work,
        }
    }

    /// Answers one request. Dropping the future stops the statement.
    pub(super) async fn handle(&self, request: Request<Incoming>) -> Answer {
        let reads = matches!(*request.method(), Method::GET | Method::HEAD);
        let query_string = request.uri().query().unwrap_or_default();
        match request.uri().path() {
            "/ping" => return plain(StatusCode::OK, "Ok.\n"),
            "/" if reads && query_string.is_empty() => return plain(StatusCode::OK, "Ok.\n"),
            "/" => {}
            _ => {
                return plain(
                    StatusCode::NOT_FOUND,
                    "There is no such handler here; ask at /\n",
                );
            }
        }
        if !reads && *request.method() != Method::POST {
            return plain(StatusCode::NOT_IMPLEMENTED, "Use GET or POST\n");
        }
        let mut options = Options::read(query_string, request.headers());
        let shown = Shown::from_request(
            request.headers(),
            options.user.as_deref(),
            options.password.as_deref(),
        );
        let mut stamp = Stamp {
            query_id: options.query_id.clone().unwrap_or_else(random_id),
            version: self.engine.version().to_owned(),
            compress: options.compress,
        };
        let access = match self.credentials.admit(&shown) {
            Ok(access) => access,
            Err(failure) => return refused(&failure, &stamp),
        };
        let (parts, body) = request.into_parts();
        let (pump, reader) = pipe();
        let pumping = match read_form(&parts.headers, body, &mut options).await {
            Ok(Some(body)) => Pumping::Body(pump, body),
            Ok(None) => Pumping::Nothing(pump),
            Err(failure) => return refused(&failure, &stamp),
        };
        stamp.compress = options.compress;
        let ticket = Ticket::new();
        let task = Task {
            engine: Arc::clone(&self.engine),
            slots: Arc::clone(&self.slots),
            ticket: Arc::clone(&ticket),
            options,
            access,
            reads_only: reads,
            content_encoding: pumping.content_encoding(&parts.headers),
            body: reader,
        };
        let guard = Guard::new(ticket, Arc::clone(&self.engine));
        let (head_sender, head) = oneshot::channel();
        let (block_sender, blocks) = mpsc::channel(BLOCKS);
        let outlet = Outlet {
            head: head_sender,
            blocks: block_sender,
        };
        // Detached: it ends by itself when its outlet or its body goes.
        drop(self.work.spawn_blocking(move || run(task, outlet)));
        match pumped(pumping, head).await {
            Ok(head) => answered(head, blocks, guard, stamp),
            Err(failure) => {
                guard.release();
                refused(&failure, &stamp)
            }
        }
    }
}

/// What there is to be moved to the worker.
enum Pumping {
    Body(Pump, Incoming),
    Nothing(Pump),
}

impl Pumping {
    fn content_encoding(&self, headers: &HeaderMap) -> Option<String> {
        match self {
            Pumping::Nothing(_) => None,
            Pumping::Body(_, body) if body.is_end_stream() => None,
            Pumping::Body(..) => headers
                .get(CONTENT_ENCODING)
                .and_then(|value| value.to_str().ok())
                .map(str::to_owned),
        }
    }

    async fn run(self) {
        match self {
            Pumping::Body(pump, body) => pump.run(body).await,
            Pumping::Nothing(pump) => pump.close().await,
        }
    }
}

/// Moves the body while waiting for the head of the answer, and to its end before giving it: a client that is
/// still sending would otherwise see a broken connection instead of the answer.
async fn pumped(
    pumping: Pumping,
    head: oneshot::Receiver<Result<Head, Failure>>,
) -> Result<Head, Failure> {
    let (head, ()) = tokio::join!(head, pumping.run());
    head.unwrap_or_else(|_| {
        Err(Failure::new(
            1002,
            "UNKNOWN_EXCEPTION",
            "the worker died of a fault",
        ))
    })
}

/// A form gives statement and parameters; any other body is given back.
async fn read_form(
    headers: &HeaderMap,
    body: Incoming,
    options: &mut Options,
) -> Result<Option<Incoming>, Failure> {
    let content_type = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let Ok(boundary) = multer::parse_boundary(content_type) else {
        return Ok(Some(body));
    };
    let broken =
        |error: multer::Error| Failure::bad_arguments(&format!("the form does not read: {error}"));
    let limits = multer::SizeLimit::new().whole_stream(LARGEST_FORM);
    let constraints = multer::Constraints::new().size_limit(limits);
    let stream = http_body_util::BodyDataStream::new(body);
    let mut form = multer::Multipart::with_constraints(stream, boundary, constraints);
    while let Some(field) = form.next_field().await.map_err(broken)? {
        let name = field.name().unwrap_or_default().to_owned();
        if field.file_name().is_some() && name != "query" {
            return Err(Failure::not_implemented(
                "external tables are not taken by the embedded engine",
            ));
        }
        let value = field.text().await.map_err(broken)?;
        options.set(&name, &value);
    }
    Ok(None)
}

/// A random identifier in the shape of a UUID of version 4.
fn random_id() -> String {
    let bits = rand::random::<u128>() & !(0xf << 76) & !(0x3 << 62) | (4 << 76) | (2 << 62);
    let hex = format!("{bits:032x}");
    format!(
        "{}-{}-{}-{}-{}",
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..]
    )
}
