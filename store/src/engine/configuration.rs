//! What the engine is told about itself at its start: two files in a directory of their own.
//!
//! Given a file, the engine looks for no `config.xml` in the directory of the process or the home of its user. The
//! roles are what makes the password for SQL tools harmless: the engine's own `readonly` can be undone by the
//! SETTINGS of a subquery, a role cannot.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The role of a connection that may only read.
pub(crate) const READER: &str = "snag_reader";
/// Tables that hold keys, salts or hashes of passwords; no reader sees them.
const PRIVATE_TABLES: [&str; 3] = ["secrets", "salts", "access"];
/// How names of tables begin that a backup or a restore makes for as long as it takes: copies of any table, those above
/// too.
pub const PASSING_TABLES: &str = "upkeep_";

const MAIN: &str = "<clickhouse>\n  <user_directories><users_xml><path>users.xml</path></users_xml></user_directories>\n\
                    </clickhouse>\n";

/// The users of the engine: one, without a password, since who asks is checked before the engine is reached.
fn users(database: &str) -> String {
    let mut reader = vec![
        format!("GRANT SELECT ON {database}.*"),
        "GRANT SELECT ON system.*".to_owned(),
        "GRANT SELECT ON information_schema.*".to_owned(),
        "GRANT SELECT ON INFORMATION_SCHEMA.*".to_owned(),
    ];
    reader.extend(PRIVATE_TABLES.map(|table| format!("REVOKE SELECT ON {database}.{table}")));
    reader.push(format!("REVOKE SELECT ON {database}.{PASSING_TABLES}*"));
    let reader: String = reader
        .iter()
        .map(|grant| format!("      <query>{grant}</query>\n"))
        .collect();
    format!(
        "<clickhouse>
  <profiles><default></default></profiles>
  <quotas><default></default></quotas>
  <roles>
    <snag_owner><grants><query>GRANT ALL ON *.*</query></grants></snag_owner>
    <{READER}><grants>
{reader}    </grants></{READER}>
  </roles>
  <users><default>
    <password></password>
    <networks><ip>::/0</ip></networks>
    <profile>default</profile>
    <quota>default</quota>
    <grants><query>GRANT snag_owner</query><query>GRANT {READER}</query></grants>
  </default></users>
</clickhouse>
"
    )
}

/// Writes the files into `directory` and gives the one to start with.
pub(super) fn write(directory: &Path, database: &str) -> io::Result<PathBuf> {
    fs::create_dir_all(directory)?;
    fs::write(directory.join("users.xml"), users(database))?;
    let main = directory.join("config.xml");
    fs::write(&main, MAIN)?;
    Ok(main)
}
