//! Visitors with known habits.
