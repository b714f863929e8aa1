//! The ClickHouse client, migrations and the embedded engine.
