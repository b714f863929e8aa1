//! Why nothing can be asked at all.

/// The client could not be made.
#[derive(Debug, thiserror::Error)]
pub enum SetUpError {
    /// The agent, or something of this machine.
    #[error("requests cannot be made as asked: {0}")]
    Client(#[from] reqwest::Error),
    /// Encryption.
    #[error("encryption cannot be set up: {0}")]
    Encryption(#[from] rustls::Error),
}
