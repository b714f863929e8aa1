//! Makes the `clickhouse` client for a server or for the front of the embedded engine.

use std::net::SocketAddr;

use clickhouse::Client;
use url::Url;

use crate::config::{DEFAULT_DATABASE, Secret, ServerConfig};
use crate::error::Error;

/// A client of the embedded engine's front.
pub(crate) fn of_front(address: SocketAddr, token: &Secret) -> Client {
    let client = Client::default()
        .with_url(format!("http://{address}"))
        .with_user("snag")
        .with_password(token.expose())
        .with_database(DEFAULT_DATABASE);
    with_defaults(client)
}

/// A client of a server. Credentials of their own win over those in the URL. Sends nothing.
///
/// # Errors
/// [`Error::Setup`] when the URL is none of http or https.
pub(crate) fn of_server(server: &ServerConfig) -> Result<Client, Error> {
    // The URL itself is not repeated: it may hold a password.
    let bad = |reason: &str| Error::Setup {
        message: format!("the address of the ClickHouse server is no use: {reason}"),
        mend: "give it as http://host:8123 or https://host:8443".to_owned(),
    };
    let mut url = Url::parse(&server.url).map_err(|error| bad(&error.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return Err(bad("it is not an http or https address"));
    }
    let user = server.user.clone().or_else(|| decoded(url.username()));
    let own_password = server
        .password
        .as_ref()
        .map(|password| password.expose().to_owned());
    let password = own_password.or_else(|| url.password().and_then(decoded));
    // Refused only by addresses that cannot have credentials, and those have none.
    let _ = url.set_username("").and_then(|()| url.set_password(None));
    let mut client = Client::default()
        .with_url(url.as_str())
        .with_database(&server.database);
    if let Some(user) = user {
        client = client.with_user(user);
    }
    if let Some(password) = password {
        client = client.with_password(password);
    }
    Ok(with_defaults(client))
}

/// What is asked of a server and of the embedded engine alike: a row is confirmed when it is written.
fn with_defaults(client: Client) -> Client {
    client
        .with_product_info("snag", env!("CARGO_PKG_VERSION"))
        .with_setting("async_insert", "0")
}

/// A part of a URL without its percent signs; `None` if it is empty.
fn decoded(text: &str) -> Option<String> {
    let as_form = format!("x={}", text.replace('+', "%2B"));
    let (_, plain) = form_urlencoded::parse(as_form.as_bytes()).next()?;
    Some(plain.into_owned()).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_in_a_url_may_hold_any_letter() {
        let cases = [
            ("", None),
            ("abc", Some("abc")),
            ("a%40b+c%26d", Some("a@b+c&d")),
            ("p%25", Some("p%")),
        ];
        for (text, wanted) in cases {
            assert_eq!(decoded(text).as_deref(), wanted, "{text}");
        }
    }

    #[test]
    fn an_address_that_is_no_use_is_said_without_its_password() {
        for url in [
            "clickhouse://u:hunter2@host",
            "http://",
            "u:hunter2@host:8123",
            "host",
        ] {
            let error = of_server(&ServerConfig::at(url)).err().unwrap().to_string();
            assert!(
                error.contains("http://host:8123") && !error.contains("hunter2"),
                "{url}: {error}"
            );
        }
    }
}
