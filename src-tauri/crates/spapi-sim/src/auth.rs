//! Login with Amazon: refresh tokens in, access tokens out, and what an access token is worth later.
//!
//! Invariant: an access token is good for exactly an hour of the simulation's clock. Errors have the shape of the
//! token service, not that of SP-API (reference: spapi.md §1.2).

use std::collections::HashMap;

use serde_json::{Value, json};
use url::form_urlencoded;

use crate::draw::mix;
use crate::http::{Request, Response};
use crate::order::Millis;
use crate::seller::Application;

/// Seconds for which an access token is good.
pub(crate) const TOKEN_SECONDS: i64 = 3600;

/// A refusal of the token service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LwaError {
    /// The refresh token is revoked, mistyped or expired.
    InvalidGrant,
    /// Unknown client id, or a wrong or expired secret.
    InvalidClient,
    /// The refresh token was issued to another client id.
    UnauthorizedClient,
    /// The grant type was not seen: usually the wrong content type.
    UnsupportedGrantType,
    /// A parameter is missing.
    InvalidRequest,
    /// The owner or the service denies it.
    AccessDenied,
}

impl LwaError {
    pub(crate) fn response(self, request_id: &str) -> Response {
        let (status, error, description) = match self {
            Self::InvalidGrant => {
                (400, "invalid_grant", "The request has an invalid grant parameter : refresh_token")
            }
            Self::InvalidClient => (401, "invalid_client", "Client authentication failed"),
            Self::UnauthorizedClient => {
                (400, "unauthorized_client", "Not authorized for requested operation")
            }
            Self::UnsupportedGrantType => (
                400,
                "unsupported_grant_type",
                "The authorization grant type is not supported by the authorization server",
            ),
            Self::AccessDenied => (403, "access_denied", "Access denied"),
            Self::InvalidRequest => (400, "invalid_request", "The request is missing a required parameter"),
        };
        Response::json(
            status,
            &json!({"error": error, "error_description": description, "request_id": request_id}),
        )
    }
}

/// What an access token turns out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// Good, and given to this application.
    Granted(usize),
    Expired,
    Unknown,
}

/// The token service.
#[derive(Debug)]
pub(crate) struct Lwa {
    applications: Vec<Application>,
    seed: u64,
    issued: u64,
    tokens: HashMap<String, (usize, Millis)>,
}

impl Lwa {
    pub(crate) fn new(applications: Vec<Application>, seed: u64) -> Self {
        Self { applications, seed, issued: 0, tokens: HashMap::new() }
    }

    /// Answers a token request at `now`. `expires_in` replaces the stated lifetime, not the real one.
    pub(crate) fn exchange(
        &mut self,
        request: &Request,
        now: Millis,
        expires_in: Option<i64>,
    ) -> Result<Value, LwaError> {
        let fields = fields(request);
        let field = |name: &str| fields.get(name).map(String::as_str).filter(|value| !value.is_empty());
        match field("grant_type") {
            Some("refresh_token") => {}
            _ => return Err(LwaError::UnsupportedGrantType),
        }
        let (Some(id), Some(secret), Some(refresh)) =
            (field("client_id"), field("client_secret"), field("refresh_token"))
        else {
            return Err(LwaError::InvalidRequest);
        };
        let client =
            self.applications.iter().position(|app| app.client_id == id && app.client_secret == secret);
        let client = client.ok_or(LwaError::InvalidClient)?;
        let owner = self.applications.iter().position(|app| app.refresh_token == refresh);
        match owner {
            None => return Err(LwaError::InvalidGrant),
            Some(owner) if owner != client => return Err(LwaError::UnauthorizedClient),
            Some(_) => {}
        }
        self.issued += 1;
        let token =
            format!("Atza|sim-{:04}-{:016x}", self.issued, mix(mix(self.seed, 0x00AC_CE55), self.issued));
        self.tokens.insert(token.clone(), (client, now + TOKEN_SECONDS * 1000));
        Ok(json!({
            "access_token": token,
            "refresh_token": refresh,
            "token_type": "bearer",
            "expires_in": expires_in.unwrap_or(TOKEN_SECONDS),
        }))
    }

    /// What `token` is worth at `now`.
    pub(crate) fn access(&self, token: &str, now: Millis) -> Access {
        match self.tokens.get(token) {
            Some((application, expires)) if now < *expires => Access::Granted(*application),
            Some(_) => Access::Expired,
            None => Access::Unknown,
        }
    }

    /// Replaces the secret of an application, as the seller does in Seller Central.
    pub(crate) fn rotate_secret(&mut self, client_id: &str, secret: &str) {
        for application in self.applications.iter_mut().filter(|app| app.client_id == client_id) {
            secret.clone_into(&mut application.client_secret);
        }
    }

    /// Takes the authorisation back: the refresh token is void, access tokens live on until they expire.
    pub(crate) fn revoke(&mut self, client_id: &str) {
        for application in self.applications.iter_mut().filter(|app| app.client_id == client_id) {
            application.refresh_token.clear();
        }
    }
}

/// Fields of a form or JSON body. With any other content type the service sees none.
fn fields(request: &Request) -> HashMap<String, String> {
    let content_type = request.header("content-type").unwrap_or_default();
    if content_type.starts_with("application/x-www-form-urlencoded") {
        return form_urlencoded::parse(&request.body).into_owned().collect();
    }
    if !content_type.starts_with("application/json") {
        return HashMap::new();
    }
    let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
    let text = |(name, value): (&String, &Value)| Some((name.clone(), value.as_str()?.to_owned()));
    body.as_object().map(|object| object.iter().filter_map(text).collect()).unwrap_or_default()
}
