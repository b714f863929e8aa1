//! The dashboard, the JSON API, and who may see what.
//!
//! A request goes through one gate (`gate`), which knows every place there is (`route`), who asks (`access`) and whether they
//! may; a room (`pages`, `api`) then gets what is asked without HTTP, asks the analyzer, and gives an answer, which becomes
//! HTTP in `reply`.
//!
//! Invariant: no place is open to nobody but the sign-in, what it is made of, and the description of the API. Reports are
//! reckoned on the runtime that is given, never on the threads that receive beacons. Nothing is reckoned here that the
//! analyzer could tell, nothing printed, and no environment read.

mod access;
mod answer;
mod api;
mod asked;
mod assets;
mod audits;
mod chart;
mod frame;
mod gate;
mod house;
mod overlay;
mod pages;
mod people;
mod problem;
mod reply;
mod route;
mod told;
mod view;

pub use access::Role;
pub use audits::Audits;
pub use house::{
    Address, Connected, Dashboard, Eraser, Erasing, House, Intake, Settings, SiteSettings, Taken,
    Taking,
};
pub use people::{People, Person, invite, people, remove, reset};
pub use route::{Place, places};
