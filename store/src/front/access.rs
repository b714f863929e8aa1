//! Who may ask: the token of the owner does everything, the password for SQL tools reads.
//!
//! Secrets are compared by their hashes, in constant time, and are never logged.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::HeaderMap;
use hyper::header::AUTHORIZATION;

use super::failure::Failure;
use crate::config::Secret;

/// What a request may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    /// Everything.
    Full,
    /// Read the tables, and nothing beside the tables.
    ReadOnly,
}

/// The secrets of a front.
pub(crate) struct Credentials {
    token: blake3::Hash,
    password: Option<blake3::Hash>,
}

/// What a client showed.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Shown {
    user: Option<String>,
    password: Option<String>,
}

impl Credentials {
    pub(crate) fn new(token: &Secret, password: Option<&Secret>) -> Credentials {
        let hash = |secret: &Secret| blake3::hash(secret.expose().as_bytes());
        Credentials {
            token: hash(token),
            password: password.map(hash),
        }
    }

    /// What the shown user and password allow.
    ///
    /// # Errors
    /// Code 194 (401) when nothing was shown, 516 (403) when it is wrong.
    pub(super) fn admit(&self, shown: &Shown) -> Result<Access, Failure> {
        let Some(password) = shown
            .password
            .as_deref()
            .filter(|password| !password.is_empty())
        else {
            return Err(Failure::new(
                194,
                "REQUIRED_PASSWORD",
                "this front asks for a password",
            ));
        };
        let known_user = matches!(shown.user.as_deref(), None | Some("" | "snag" | "default"));
        // `blake3::Hash` compares in constant time.
        let given = blake3::hash(password.as_bytes());
        let access = if given == self.token {
            Some(Access::Full)
        } else if self.password.is_some_and(|password| given == password) {
            Some(Access::ReadOnly)
        } else {
            None
        };
        access.filter(|_| known_user).ok_or_else(|| {
            let message =
                "Authentication failed: password is incorrect, or there is no user with such name";
            Failure::new(516, "AUTHENTICATION_FAILED", message)
        })
    }
}

impl Shown {
    /// Every way of showing a secret that is let in with it.
    #[cfg(fuzzing)]
    pub(super) fn showing(secret: &str) -> impl Iterator<Item = Shown> {
        let users = [None, Some(""), Some("snag"), Some("default")];
        users.into_iter().map(move |user| Shown {
            user: user.map(str::to_owned),
            password: Some(secret.to_owned()),
        })
    }

    /// Looks at ClickHouse's headers, then at `Authorization` (Basic or Bearer), then at the URL.
    pub(super) fn from_request(
        headers: &HeaderMap,
        user: Option<&str>,
        password: Option<&str>,
    ) -> Shown {
        let header = |name: &str| {
            headers
                .get(name)
                .and_then(|value| value.to_str().ok())
                .map(str::to_owned)
        };
        let own = Shown {
            user: header("x-clickhouse-user"),
            password: header("x-clickhouse-key"),
        };
        if own.user.is_some() || own.password.is_some() {
            return own;
        }
        if let Some(authorization) = header(AUTHORIZATION.as_str())
            && let Some(shown) = from_authorization(&authorization)
        {
            return shown;
        }
        Shown {
            user: user.map(str::to_owned),
            password: password.map(str::to_owned),
        }
    }
}

fn from_authorization(value: &str) -> Option<Shown> {
    let (scheme, rest) = value.split_once(' ')?;
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(Shown {
            user: None,
            password: Some(rest.trim().to_owned()),
        });
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let plain = String::from_utf8(STANDARD.decode(rest.trim()).ok()?).ok()?;
    let (user, password) = plain.split_once(':')?;
    Some(Shown {
        user: Some(user.to_owned()),
        password: Some(password.to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    type Case<'a> = (
        &'a [(&'a str, &'a str)],
        Option<&'a str>,
        Option<&'a str>,
        Result<Access, i32>,
    );

    fn code(shown: &Shown) -> Result<Access, i32> {
        let credentials = Credentials::new(&Secret::new("token"), Some(&Secret::new("reader")));
        credentials.admit(shown).map_err(|failure| failure.code)
    }

    #[test]
    fn every_way_of_showing_a_password_is_read() {
        let basic = format!("Basic {}", STANDARD.encode("snag:token"));
        let cases: [Case<'_>; 9] = [
            (
                &[("x-clickhouse-user", "snag"), ("x-clickhouse-key", "token")],
                None,
                None,
                Ok(Access::Full),
            ),
            (
                &[
                    ("x-clickhouse-user", "default"),
                    ("x-clickhouse-key", "reader"),
                ],
                None,
                None,
                Ok(Access::ReadOnly),
            ),
            (&[("authorization", &basic)], None, None, Ok(Access::Full)),
            (
                &[("authorization", "Bearer token")],
                None,
                None,
                Ok(Access::Full),
            ),
            (&[], Some("snag"), Some("token"), Ok(Access::Full)),
            (&[], Some("root"), Some("token"), Err(516)),
            (&[], Some("snag"), Some("wrong"), Err(516)),
            (&[], None, None, Err(194)),
            (&[("authorization", "Basic !!!")], None, None, Err(194)),
        ];
        for (headers, user, password, wanted) in cases {
            let mut map = HeaderMap::new();
            for (name, value) in headers {
                map.insert(
                    hyper::header::HeaderName::from_bytes(name.as_bytes()).unwrap(),
                    value.parse().unwrap(),
                );
            }
            let shown = Shown::from_request(&map, user, password);
            assert_eq!(code(&shown), wanted, "{headers:?} {user:?}");
        }
    }
}
