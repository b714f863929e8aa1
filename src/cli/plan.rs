//! How long a comparison takes.

use clap::Args;
use snag_analyzer::{PlanRequest, WorthHaving};

use super::percent;

#[derive(Debug, Args)]
pub(crate) struct Planning {
    /// Tell how long it takes to prove a difference worth having, in a part of the rate, 10%, or in points, 0.5pp
    #[arg(long, value_name = "DIFFERENCE", allow_hyphen_values = true)]
    plan: Option<WorthHaving>,
    /// The rate to plan from, in percent [default: the one seen so far]
    #[arg(long, value_name = "PERCENT", requires = "plan", value_parser = percent)]
    rate: Option<f64>,
}

impl Planning {
    pub(crate) fn request(&self) -> Option<PlanRequest> {
        self.plan.map(|difference| PlanRequest {
            difference,
            rate: self.rate.map(|rate| rate / 100.0),
        })
    }
}
