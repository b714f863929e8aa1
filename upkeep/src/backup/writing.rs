//! The file while it is written: on a thread of its own, under another name until it is whole.

use std::fs::File;
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use serde::Serialize;
use tempfile::NamedTempFile;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use zstd::Encoder;

use crate::Error;

/// Zstandard's own usual level: rows come out of the store as columns, of which higher ones make little more.
const LEVEL: i32 = 3;
/// Pieces that may wait for the disk.
const WAITING: usize = 2;

/// A file that is being written.
pub(super) struct Writing {
    sender: mpsc::Sender<Entry>,
    thread: JoinHandle<io::Result<u64>>,
    to: PathBuf,
}

enum Entry {
    File(String, Vec<u8>),
    /// All were told.
    End,
}

impl Writing {
    /// Makes the file beside `to`.
    pub(super) fn begin(to: &Path) -> Result<Self, Error> {
        if to.try_exists().map_err(|error| Error::disk(to, error))? {
            return Err(Error::usage(
                format!("{} is there already", to.display()),
                "name another file, or remove it first",
            ));
        }
        let directory = directory_of(to);
        let file = tempfile::Builder::new()
            .prefix(".snaglist-backup-")
            .suffix(".part")
            .tempfile_in(directory)
            .map_err(|error| Error::disk(directory, error))?;
        let (sender, receiver) = mpsc::channel(WAITING);
        let place = to.to_owned();
        let thread = tokio::task::spawn_blocking(move || write(file, receiver, &place));
        Ok(Self {
            sender,
            thread,
            to: to.to_owned(),
        })
    }

    pub(super) async fn put_json(
        &mut self,
        name: &str,
        value: &impl Serialize,
    ) -> Result<(), Error> {
        let bytes = serde_json::to_vec_pretty(value)
            .map_err(|error| Error::disk(&self.to, error.into()))?;
        self.put(name.to_owned(), bytes).await
    }

    pub(super) async fn put(&mut self, name: String, bytes: Vec<u8>) -> Result<(), Error> {
        match self.sender.send(Entry::File(name, bytes)).await {
            Ok(()) => Ok(()),
            // The thread has ended, and says why.
            Err(_) => Err(match ended(&mut self.thread, &self.to).await {
                Err(error) => error,
                Ok(_) => Error::disk(&self.to, io::ErrorKind::BrokenPipe.into()),
            }),
        }
    }

    /// Ends the file, gives it its name and says how long it is.
    pub(super) async fn finish(mut self) -> Result<u64, Error> {
        // Where the thread has ended it says why.
        let _ = self.sender.send(Entry::End).await;
        ended(&mut self.thread, &self.to).await
    }
}

async fn ended(thread: &mut JoinHandle<io::Result<u64>>, to: &Path) -> Result<u64, Error> {
    let ended = thread.await.map_err(io::Error::other);
    ended.flatten().map_err(|error| Error::disk(to, error))
}

fn directory_of(file: &Path) -> &Path {
    match file.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    }
}

/// Writes what is told. A file whose end is not told is not kept.
fn write(file: NamedTempFile, mut entries: mpsc::Receiver<Entry>, to: &Path) -> io::Result<u64> {
    let mut packed = Encoder::new(BufWriter::new(file), LEVEL)?;
    packed.include_checksum(true)?;
    let mut tar = tar::Builder::new(packed);
    loop {
        match entries.blocking_recv() {
            Some(Entry::File(name, bytes)) => {
                let mut header = tar::Header::new_gnu();
                header.set_size(bytes.len() as u64);
                header.set_mode(0o600);
                tar.append_data(&mut header, name, &bytes[..])?;
            }
            Some(Entry::End) => break,
            None => return Err(io::ErrorKind::Interrupted.into()),
        }
    }
    let mut buffered = tar.into_inner()?.finish()?;
    buffered.flush()?;
    let file = buffered.into_inner().map_err(|error| error.into_error())?;
    file.as_file().sync_all()?;
    let length = file.as_file().metadata()?.len();
    file.persist_noclobber(to).map_err(|error| error.error)?;
    File::open(directory_of(to))?.sync_all()?;
    Ok(length)
}
