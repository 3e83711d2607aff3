//! Problem documents (RFC 9457).

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use countersign_core::refusal::Refusal;
use serde::Serialize;

use super::log::Beginning;
use super::reporting::Told;

/// The code of the problem that a response carries, for counting.
#[derive(Debug, Clone, Copy)]
pub(super) struct Code(pub(super) &'static str);

/// Why a request was not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    status: u16,
    code: &'static str,
    title: &'static str,
    retry_after: Option<u64>,
    /// Whether the body says it as well.
    says_after: bool,
    messages: Vec<Told>,
    begun_again: Option<Box<Beginning>>,
}

#[derive(Serialize)]
struct Document<'a> {
    r#type: String,
    title: &'a str,
    status: u16,
    code: &'a str,
    messages: &'a [Told],
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after_s: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    begun_again: Option<&'a Beginning>,
}

impl Problem {
    /// Nothing is there.
    pub const NOT_FOUND: Self = Self::new(404, "not-found", "There is nothing at this address.");
    /// The address is right, the method is not.
    pub const METHOD: Self =
        Self::new(405, "method-not-allowed", "This address does not take that method.");
    /// A parameter is not what it should be.
    pub const PARAMETER: Self =
        Self::new(400, "bad-parameter", "A parameter of the request is not what it should be.");
    /// The request's body did not come in time.
    pub const SLOW: Self = Self::new(408, "too-slow", "The request did not arrive in time.");
    /// The request's body ended early.
    pub const BROKEN: Self = Self::new(400, "broken-body", "The request's body could not be read.");
    /// The server failed.
    pub const FAILED: Self =
        Self::new(500, "failed", "The server failed at this. Nothing was changed.");

    /// A problem of its own code.
    pub(crate) const fn new(status: u16, code: &'static str, title: &'static str) -> Self {
        Self {
            status,
            code,
            title,
            retry_after: None,
            says_after: false,
            messages: Vec::new(),
            begun_again: None,
        }
    }

    /// A message that was not entered.
    #[must_use]
    pub const fn refusal(refusal: Refusal) -> Self {
        Self::new(refusal.status(), refusal.code(), refusal.title())
    }

    /// With the seconds after which trying again may help.
    #[must_use]
    pub const fn after(mut self, seconds: Option<u64>) -> Self {
        self.retry_after = seconds;
        self
    }

    /// The same, for a page that shows them.
    #[must_use]
    pub(crate) const fn saying_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self.says_after = true;
        self
    }

    /// With what the tablet shall be told.
    #[must_use]
    pub(super) fn telling(mut self, messages: Vec<Told>) -> Self {
        self.messages = messages;
        self
    }

    /// With the proof that the log was begun again: what a tablet has a receipt of may be missing, and is to be sent before.
    #[must_use]
    pub(super) fn in_log(mut self, begun_again: Option<Beginning>) -> Self {
        self.begun_again = begun_again.map(Box::new);
        self
    }

    /// Its stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        self.code
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let document = Document {
            r#type: format!("urn:countersign:problem:{}", self.code),
            title: self.title,
            status: self.status,
            code: self.code,
            messages: &self.messages,
            retry_after_s: self.retry_after.filter(|_| self.says_after),
            begun_again: self.begun_again.as_deref(),
        };
        let body = serde_json::to_vec(&document).expect("texts always encode");
        let status = StatusCode::from_u16(self.status)
            .expect("every status of a problem is between 400 and 599");
        let kind = HeaderValue::from_static("application/problem+json");
        let mut response = (status, [(header::CONTENT_TYPE, kind)], body).into_response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response.extensions_mut().insert(Code(self.code));
        response
    }
}
