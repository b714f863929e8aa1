//! Why nothing can be asked at all.

/// The client could not be made.
#[derive(Debug, thiserror::Error)]
pub enum SetUpError {
    /// The agent cannot stand in a header.
    #[error("requests cannot be made as {0:?}: write who asks in one line of plain letters")]
    Agent(String),
    /// Encryption.
    #[error("encryption cannot be set up: {0}")]
    Encryption(#[from] rustls::Error),
}
