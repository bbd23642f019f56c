//! A request and its answer without a socket: the seam between the rules of Amazon and the wire.
//!
//! [`crate::Amazon::handle`] maps one to the other; [`crate::Server`] carries both over HTTP.

use std::time::Duration;

use bytes::Bytes;
use serde_json::Value;

/// One HTTP request. `path` and `query` are percent-decoded already.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// `GET`, `POST`, ….
    pub method: String,
    /// Path such as `/orders/2026-01-01/orders`.
    pub path: String,
    /// Query parameters in the order sent.
    pub query: Vec<(String, String)>,
    /// Headers; names in any case.
    pub headers: Vec<(String, String)>,
    /// Body, empty where there is none.
    pub body: Bytes,
}

impl Request {
    /// A GET of `path` with these query parameters and no headers.
    pub fn get(path: &str, query: &[(&str, &str)]) -> Self {
        Self {
            method: "GET".to_owned(),
            path: path.to_owned(),
            query: query.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
            ..Self::default()
        }
    }

    /// The same request with one more header.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The first header of this name, whatever its case.
    pub fn header(&self, name: &str) -> Option<&str> {
        find_header(&self.headers, name)
    }

    /// The first query parameter of this name; names are case-sensitive as at Amazon.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// A parameter that is a comma-separated list; empty where it is absent.
    pub(crate) fn list(&self, name: &str) -> Vec<&str> {
        self.parameter(name).map(|text| text.split(',').collect()).unwrap_or_default()
    }
}

/// How an answer travels. In process it is only a wish: whoever carries the answer decides what to do with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Delivery {
    /// At once and complete.
    #[default]
    Whole,
    /// After a pause.
    After(Duration),
    /// In pieces of `chunk` bytes with a pause before each.
    Trickle {
        /// Bytes per piece.
        chunk: usize,
        /// Pause before each piece.
        pause: Duration,
    },
    /// The connection breaks after this many bytes of the body.
    ResetAfter(usize),
}

/// One HTTP answer.
#[derive(Debug, Clone)]
pub struct Response {
    /// Status code.
    pub status: u16,
    /// Headers in the order to be sent.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: Bytes,
    /// How the body travels.
    pub delivery: Delivery,
}

impl Response {
    /// An answer with a JSON body.
    pub(crate) fn json(status: u16, value: &Value) -> Self {
        Self::text(status, "application/json", value.to_string())
    }

    /// An answer with any body.
    pub(crate) fn text(status: u16, content_type: &str, body: impl Into<Bytes>) -> Self {
        Self {
            status,
            headers: vec![("content-type".to_owned(), content_type.to_owned())],
            body: body.into(),
            delivery: Delivery::Whole,
        }
    }

    /// The first header of this name, whatever its case.
    pub fn header(&self, name: &str) -> Option<&str> {
        find_header(&self.headers, name)
    }

    /// The body as JSON; `null` where it is none.
    pub fn value(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }
}

fn find_header<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}
