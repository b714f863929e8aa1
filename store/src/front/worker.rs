//! One request on its own thread: reads the statement, opens a connection, runs it, hands the answer out.
//!
//! Invariant: an INSERT is confirmed only after the engine has committed it, and is given up whenever its body
//! ends otherwise than by its own end. Blocks freely; the runtime's threads never run this.

use std::io::Read;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use tokio::sync::OwnedSemaphorePermit;

use super::access::Access;
use super::body::{BodyReader, decoded, fill};
use super::failure::Failure;
use super::options::Options;
use super::reading;
use super::reply::{Head, Outlet, Reply};
use super::selection::Selection;
use super::slots::{Slots, Use};
use super::statement::Statement;
use super::text::read_statement;
use super::ticket::Ticket;
use crate::engine::{Connection, Engine, Insertion, Tally, quote_name};

/// So much is read at once, and appended at once.
const PIECE: usize = 1 << 20;

/// What a worker needs to know.
pub(super) struct Task {
    pub(super) engine: Arc<Engine>,
    pub(super) slots: Arc<Slots>,
    pub(super) ticket: Arc<Ticket>,
    pub(super) options: Options,
    pub(super) access: Access,
    /// The method is one that only reads.
    pub(super) reads_only: bool,
    pub(super) content_encoding: Option<String>,
    pub(super) body: BodyReader,
}

/// Runs the request to its end. Whoever waits on the outlet may have gone; that stops it.
pub(super) fn run(task: Task, outlet: Outlet) {
    let ticket = Arc::clone(&task.ticket);
    let mut reply = Reply::new(outlet);
    if let Err(failure) = task.perform(&mut reply) {
        reply.fail(failure);
    }
    ticket.finish();
}

impl Task {
    fn perform(mut self, reply: &mut Reply) -> Result<(), Failure> {
        let started = Instant::now();
        let body = std::mem::replace(&mut self.body, super::body::pipe().1);
        let mut reader = decoded(
            body,
            self.content_encoding.as_deref(),
            self.options.decompress,
        )
        .map_err(|reason| Failure::bad_arguments(&reason))?;
        let (text, statement) = read_statement(&self.options.query, reader.as_mut())?;
        match statement {
            Statement::Empty => Err(Failure::syntax("Syntax error: the query is empty")),
            Statement::Insert { head, format, data } => {
                let _slot = self.slot(Use::Insert)?;
                let mut connection = self.connect()?;
                let format = format.or_else(|| self.options.default_format.clone());
                let format = format.unwrap_or_else(|| "Values".to_owned());
                let insertion =
                    connection.insert(&text[..head], &format, &self.options.parameters)?;
                let tally = self.copy_rows(insertion, &text[data..], reader.as_mut())?;
                let elapsed_ns = started.elapsed().as_nanos();
                reply.begin(Head {
                    format,
                    tally,
                    elapsed_ns,
                    whole: Some(Bytes::new()),
                });
                Ok(())
            }
            Statement::Query(query) => {
                if query.touches_file {
                    let message =
                        "INTO OUTFILE and FROM INFILE are for clients: the front has no files";
                    return Err(Failure::new(358, "INTO_OUTFILE_NOT_ALLOWED", message));
                }
                let _slot = self.slot(Use::Query)?;
                let mut connection = self.connect()?;
                self.check(&mut connection, &text)?;
                // From here on the engine itself has to be told to stop.
                self.ticket.can_be_killed();
                let selection = Selection::new(&text, &query, &self.options, started);
                selection.answer(&mut connection, reply)
            }
        }
    }

    fn slot(&self, purpose: Use) -> Result<OwnedSemaphorePermit, Failure> {
        self.slots.take(purpose, &self.ticket)
    }

    /// A new connection with the settings and the database of this request.
    fn connect(&self) -> Result<Connection, Failure> {
        let mut connection = self.engine.connect()?;
        if self.access == Access::ReadOnly {
            reading::restrict(&mut connection)?;
        }
        if let Some(database) = &self.options.database {
            let sql = format!("USE {}", quote_name(database));
            connection.query(sql.as_bytes(), "Null", &[])?;
        }
        let readonly = match self.access {
            Access::ReadOnly => Some(1),
            Access::Full if self.reads_only && self.options.setting("readonly").is_none() => {
                Some(2)
            }
            Access::Full => None,
        };
        let sql = self
            .options
            .settings_statement(self.ticket.mark(), readonly)?;
        connection.query(sql.as_bytes(), "Null", &[])?;
        Ok(connection)
    }

    /// Refuses what a server would refuse and the library would do.
    fn check(&self, connection: &mut Connection, text: &[u8]) -> Result<(), Failure> {
        let analysis = connection.classify(text);
        if analysis.statements > 1 {
            return Err(Failure::syntax(
                "Syntax error (Multi-statements are not allowed)",
            ));
        }
        if self.access == Access::ReadOnly {
            reading::check(connection, text, analysis.class)?;
        }
        Ok(())
    }

    fn copy_rows(
        &self,
        mut insertion: Insertion<'_>,
        beginning: &[u8],
        reader: &mut dyn Read,
    ) -> Result<Tally, Failure> {
        if !beginning.is_empty() {
            insertion.append(beginning)?;
        }
        let mut piece = vec![0; PIECE];
        loop {
            let length = fill(reader, &mut piece)
                .map_err(|error| Failure::body(&format!("the rows broke off: {error}")))?;
            if length > 0 {
                insertion.append(&piece[..length])?;
            }
            if length < piece.len() {
                break;
            }
        }
        if self.ticket.is_cancelled() {
            return Err(Failure::stopping());
        }
        Ok(insertion.finish()?)
    }
}
