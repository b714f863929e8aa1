//! How the steps of a funnel follow each other.

use std::fmt;
use std::str::FromStr;

use crate::Error;

/// The order that steps are asked for in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// One after the other; other events may lie between.
    #[default]
    Ordered,
    /// One directly after the other.
    Strict,
    /// As it comes: the k-th count is of those who did any k of them.
    Any,
}

impl Order {
    const ALL: [Self; 3] = [Self::Ordered, Self::Strict, Self::Any];

    /// The name it is asked for by.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ordered => "ordered",
            Self::Strict => "strict",
            Self::Any => "any",
        }
    }
}

impl FromStr for Order {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::ALL
            .into_iter()
            .find(|order| order.name() == text)
            .ok_or_else(|| {
                Error::usage(format!("no order {text:?}"), "write ordered, strict or any")
            })
    }
}

impl fmt::Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_are_known_by_their_names() {
        for order in Order::ALL {
            assert_eq!(order.to_string().parse::<Order>().unwrap(), order);
        }
        let error = "loose".parse::<Order>().unwrap_err().to_string();
        assert!(error.contains("ordered, strict or any"), "{error}");
    }
}
