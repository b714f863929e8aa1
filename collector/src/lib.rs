//! Beacons in: receive, enrich, spool, upload.
