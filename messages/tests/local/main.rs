//! Messages sent for real, to servers on this machine that answer as servers do, well and badly.

#![expect(
    clippy::unwrap_used,
    reason = "what does not unwrap fails the test, which is the point"
)]

mod forms;
mod hooks;
mod letters;
mod smtp;
mod told;
mod web;
