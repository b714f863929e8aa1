//! One HTTP request: who asks, what is asked, and the worker that does it.

use std::sync::Arc;

use hyper::body::{Body as _, Incoming};
use hyper::header::{CONTENT_ENCODING, CONTENT_TYPE};
use hyper::{HeaderMap, Method, Request, StatusCode};
use tokio::sync::{mpsc, oneshot};
use tokio_util::task::TaskTracker;

use super::access::{Access, Credentials, Shown};
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
        let received = match receive(request, &self.credentials, self.engine.version()).await {
            Ok(received) => received,
            Err(answer) => return answer,
        };
        let Received {
            access,
            reads_only,
            options,
            content_encoding,
            body,
            stamp,
        } = received;
        let (pump, reader) = pipe();
        let ticket = Ticket::new();
        let task = Task {
            engine: Arc::clone(&self.engine),
            slots: Arc::clone(&self.slots),
            ticket: Arc::clone(&ticket),
            options,
            access,
            reads_only,
            content_encoding,
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
        match pumped(pump, body, head).await {
            Ok(head) => answered(head, blocks, guard, stamp),
            Err(failure) => {
                guard.release();
                refused(&failure, &stamp)
            }
        }
    }
}

/// A request that was let in, as far as it is known before its body has come.
pub(super) struct Received {
    pub(super) access: Access,
    /// The method is one that only reads.
    pub(super) reads_only: bool,
    pub(super) options: Options,
    pub(super) content_encoding: Option<String>,
    /// What is left to be read; nothing after a form.
    pub(super) body: Option<Incoming>,
    pub(super) stamp: Stamp,
}

/// Lets a request in and reads what it says about itself; of its body, only a form.
///
/// # Errors
/// The answer, where the engine is not asked.
pub(super) async fn receive(
    request: Request<Incoming>,
    credentials: &Credentials,
    version: &str,
) -> Result<Received, Answer> {
    let reads_only = matches!(*request.method(), Method::GET | Method::HEAD);
    let query_string = request.uri().query().unwrap_or_default();
    match request.uri().path() {
        "/ping" => return Err(plain(StatusCode::OK, "Ok.\n")),
        "/" if reads_only && query_string.is_empty() => {
            return Err(plain(StatusCode::OK, "Ok.\n"));
        }
        "/" => {}
        _ => {
            return Err(plain(
                StatusCode::NOT_FOUND,
                "There is no such handler here; ask at /\n",
            ));
        }
    }
    if !reads_only && *request.method() != Method::POST {
        return Err(plain(StatusCode::NOT_IMPLEMENTED, "Use GET or POST\n"));
    }
    let mut options = Options::read(query_string, request.headers());
    let shown = Shown::from_request(
        request.headers(),
        options.user.as_deref(),
        options.password.as_deref(),
    );
    let mut stamp = Stamp {
        query_id: options.query_id.clone().unwrap_or_else(random_id),
        version: version.to_owned(),
        compress: options.compress,
    };
    let access = match credentials.admit(&shown) {
        Ok(access) => access,
        Err(failure) => return Err(refused(&failure, &stamp)),
    };
    let (parts, body) = request.into_parts();
    let body = match read_form(&parts.headers, body, &mut options).await {
        Ok(body) => body,
        Err(failure) => return Err(refused(&failure, &stamp)),
    };
    stamp.compress = options.compress;
    let content_encoding = body
        .as_ref()
        .filter(|body| !body.is_end_stream())
        .and_then(|_| parts.headers.get(CONTENT_ENCODING))
        .and_then(|value| value.to_str().ok())
        .map(str::to_owned);
    Ok(Received {
        access,
        reads_only,
        options,
        content_encoding,
        body,
        stamp,
    })
}

/// Moves the body while waiting for the head of the answer, and to its end before giving it: a client that is
/// still sending would otherwise see a broken connection instead of the answer.
async fn pumped(
    pump: Pump,
    body: Option<Incoming>,
    head: oneshot::Receiver<Result<Head, Failure>>,
) -> Result<Head, Failure> {
    let pumping = async {
        match body {
            Some(body) => pump.run(body).await,
            None => pump.close().await,
        }
    };
    let (head, ()) = tokio::join!(head, pumping);
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
