//! What the URL and the headers of a request say: the statement, its parameters, its settings, its database.
//!
//! Whatever is not known here is a setting of ClickHouse, and ClickHouse is asked whether it knows it.

use hyper::HeaderMap;

use super::failure::Failure;
use crate::engine::{Parameter, quote_text};

/// Parameters of ClickHouse's HTTP interface that are no settings and ask nothing of this front.
const WITHOUT_EFFECT: [&str; 9] = [
    "quota_key",
    "stacktrace",
    "buffer_size",
    "session_id",
    "session_timeout",
    "session_check",
    "close_session",
    "framing_output_format",
    "framing_output_format_version",
];

/// A request, taken apart.
#[derive(Debug, Default)]
pub(super) struct Options {
    pub(super) query: String,
    pub(super) database: Option<String>,
    pub(super) default_format: Option<String>,
    pub(super) query_id: Option<String>,
    pub(super) user: Option<String>,
    pub(super) password: Option<String>,
    pub(super) parameters: Vec<Parameter>,
    pub(super) settings: Vec<(String, String)>,
    /// The answer is sent in ClickHouse's own compressed blocks.
    pub(super) compress: bool,
    /// The body is in ClickHouse's own compressed blocks.
    pub(super) decompress: bool,
    /// The answer is sent when it is complete, so that a late error is still a status.
    pub(super) wait_end_of_query: bool,
    /// The revision of the protocol that the client wants the Native format in; 0 if it names none.
    pub(super) revision: u64,
    role: Option<String>,
}

impl Options {
    /// Reads the URL's query string and the headers; what is in the URL wins.
    pub(super) fn read(query_string: &str, headers: &HeaderMap) -> Options {
        let mut options = Options::default();
        for (name, value) in form_urlencoded::parse(query_string.as_bytes()) {
            options.set(&name, &value);
        }
        let header = |name: &str| {
            headers
                .get(name)
                .and_then(|value| value.to_str().ok())
                .map(str::to_owned)
        };
        options.database = options
            .database
            .take()
            .or_else(|| header("x-clickhouse-database"));
        options.default_format = options
            .default_format
            .take()
            .or_else(|| header("x-clickhouse-format"));
        options
    }

    /// Takes one parameter, from the URL or from a form.
    pub(super) fn set(&mut self, name: &str, value: &str) {
        let text = || Some(value.to_owned()).filter(|value| !value.is_empty());
        match name {
            "query" => self.query.push_str(value),
            "database" => self.database = text(),
            "default_format" | "input_format" => self.default_format = text(),
            "query_id" => self.query_id = text(),
            "user" => self.user = Some(value.to_owned()),
            "password" => self.password = Some(value.to_owned()),
            "compress" => self.compress = is_true(value),
            "decompress" => self.decompress = is_true(value),
            "wait_end_of_query" => self.wait_end_of_query = is_true(value),
            "client_protocol_version" => self.revision = value.parse().unwrap_or(0),
            "role" => self.role = text(),
            _ => {
                if let Some(name) = name.strip_prefix("param_") {
                    let parameter = Parameter {
                        name: name.to_owned(),
                        value: value.as_bytes().to_vec(),
                    };
                    self.parameters.push(parameter);
                } else if !WITHOUT_EFFECT.contains(&name) {
                    self.settings.push((name.to_owned(), value.to_owned()));
                }
            }
        }
    }

    /// The value of a setting of this request.
    pub(super) fn setting(&self, name: &str) -> Option<&str> {
        let found = self.settings.iter().rev().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The statement that gives a connection the settings of this request, and `mark` as the end of its
    /// `log_comment`, by which it can be found and stopped.
    ///
    /// # Errors
    /// Code 115 for a name that is none, 511 for a role, since there are none.
    pub(super) fn settings_statement(
        &self,
        mark: &str,
        readonly: Option<u8>,
    ) -> Result<String, Failure> {
        if let Some(role) = &self.role {
            let message = format!("There is no role `{role}` in the embedded engine");
            return Err(Failure::new(511, "UNKNOWN_ROLE", &message));
        }
        let comment = self.setting("log_comment").unwrap_or_default();
        let mut assignments = Vec::new();
        for (name, value) in &self.settings {
            let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'.';
            if name.is_empty() || name.as_bytes()[0].is_ascii_digit() || !name.bytes().all(is_name)
            {
                let message = format!("Unknown setting '{name}'");
                return Err(Failure::new(115, "UNKNOWN_SETTING", &message));
            }
            if name != "log_comment" {
                assignments.push(format!("{name} = {}", quote_text(value)));
            }
        }
        assignments.push(format!(
            "log_comment = {}",
            quote_text(&format!("{comment}{mark}"))
        ));
        // Last, so that the settings before it are still taken.
        assignments.extend(readonly.map(|level| format!("readonly = {level}")));
        Ok(format!("SET {}", assignments.join(", ")))
    }
}

fn is_true(value: &str) -> bool {
    matches!(value, "1" | "true")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_taken_apart() {
        let url = "query=SELECT+{a:UInt8}&param_a=7&database=snag&default_format=JSON&max_threads=1\
                   &session_id=x&compress=1&wait_end_of_query=1&user=snag&password=p";
        let options = Options::read(url, &HeaderMap::new());
        assert_eq!(options.query, "SELECT {a:UInt8}");
        assert_eq!(
            options.parameters,
            [Parameter {
                name: "a".to_owned(),
                value: b"7".to_vec()
            }]
        );
        assert_eq!(options.database.as_deref(), Some("snag"));
        assert_eq!(options.default_format.as_deref(), Some("JSON"));
        assert!(options.compress && options.wait_end_of_query && !options.decompress);
        assert_eq!(
            options.settings,
            [("max_threads".to_owned(), "1".to_owned())]
        );
    }

    #[test]
    fn settings_cannot_carry_sql() {
        let read = |url: &str| {
            Options::read(url, &HeaderMap::new())
                .settings_statement("/m", Some(2))
                .map_err(|failure| failure.code)
        };
        assert_eq!(
            read("a=1"),
            Ok("SET a = '1', log_comment = '/m', readonly = 2".to_owned())
        );
        assert_eq!(
            read("log_comment=it's"),
            Ok("SET log_comment = 'it\\'s/m', readonly = 2".to_owned())
        );
        assert_eq!(read("a%3D1,b=1"), Err(115));
        assert_eq!(read("role=boss"), Err(511));
    }
}
