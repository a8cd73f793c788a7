//! Asks a server who we are, before there is a console: whether an address and a key are good (CO-1).
//!
//! **Invariant:** one question, no retry, nothing kept; and each way in which it can go wrong has a name of its own.

use std::sync::Arc;

use callboard_desk::session::effect::Request;
use callboard_desk::session::event::{Answer, Failure};
use callboard_model::rest::Me;
use callboard_model::{SessionId, TenantId};
use serde::de::IgnoredAny;

use crate::LinkError;
use crate::config::{ApiKey, ServerUrl};
use crate::rest::send::{HttpAnswer, HttpSend, ReqwestSend, SendError};
use crate::rest::{Caller, ServerClock};

/// Why a server does not know us.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Stranger {
    /// Nobody answers at the address.
    #[error("nobody answers there")]
    Unreachable,
    /// Somebody answers who speaks another language.
    #[error("what answers there is neither a Callboard nor an Alga PSA server")]
    NotAServer,
    /// The server does not accept the key, or not for this tenant.
    #[error("the server does not accept this key, or not for this tenant")]
    KeyRefused,
    /// The server cannot answer now.
    #[error("the server is there and cannot answer now")]
    Trouble,
    /// This machine has no means to ask.
    #[error("this machine cannot ask it")]
    Machine,
}

/// Asks a server whose key it is.
///
/// # Errors
/// The server does not know us, for one of these reasons.
pub async fn introduce(server: &ServerUrl, key: &ApiKey, tenant: Option<&TenantId>) -> Result<Me, Stranger> {
    let http = ReqwestSend::new(server).map_err(|_: LinkError| Stranger::Machine)?;
    introduce_by(Arc::new(http), server, key, tenant).await
}

async fn introduce_by(
    http: Arc<dyn HttpSend>,
    server: &ServerUrl,
    key: &ApiKey,
    tenant: Option<&TenantId>,
) -> Result<Me, Stranger> {
    let caller = Caller::new(Arc::clone(&http), server.clone(), key.clone(), tenant, &SessionId::from(""));
    let first = http.send(caller.who_am_i()).await.map_err(|error| match error {
        SendError::Unreachable(_) => Stranger::Unreachable,
        SendError::TooLarge => Stranger::NotAServer,
    })?;
    speaks_our_language(&first)?;
    match caller.call(&Request::Hello, &mut ServerClock::default()).await {
        Ok(Answer::Hello { me, .. }) => Ok(me),
        Ok(_) => Err(Stranger::NotAServer),
        Err(Failure::Unreachable) => Err(Stranger::Unreachable),
        Err(Failure::SignedOut | Failure::Forbidden) => Err(Stranger::KeyRefused),
        Err(Failure::Busy(_)) => Err(Stranger::Trouble),
        Err(
            Failure::Broken | Failure::Gone | Failure::TooOld | Failure::Stale(_) | Failure::Refused { .. },
        ) => Err(Stranger::NotAServer),
    }
}

/// Whether an answer could be from a server of ours or a stock one: both speak JSON, whatever they say.
fn speaks_our_language(answer: &HttpAnswer) -> Result<(), Stranger> {
    if answer.status.is_server_error() {
        return Err(Stranger::Trouble);
    }
    let is_json = serde_json::from_slice::<IgnoredAny>(&answer.body).is_ok();
    if is_json && !answer.status.is_redirection() { Ok(()) } else { Err(Stranger::NotAServer) }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;
    use futures_util::future::BoxFuture;
    use reqwest::StatusCode;
    use reqwest::header::HeaderMap;

    use super::*;
    use crate::rest::send::HttpRequest;

    /// Answers every question alike.
    struct Always(u16, &'static str);

    impl HttpSend for Always {
        fn send(&self, _: HttpRequest) -> BoxFuture<'_, Result<HttpAnswer, SendError>> {
            let status = StatusCode::from_u16(self.0).expect("a status");
            let answer = HttpAnswer { status, headers: HeaderMap::new(), body: self.1.as_bytes().to_vec() };
            async move { Ok(answer) }.boxed()
        }
    }

    /// CO-1: each of these is told apart.
    #[tokio::test]
    async fn whatever_answers_is_known_for_what_it_is() {
        let server = ServerUrl::new("https://desk.example").expect("an address");
        let key = ApiKey::new("s3cret").expect("a key");
        for (status, body, why) in [
            (200, "<!doctype html><title>It works</title>", Stranger::NotAServer),
            (404, "<html>not found</html>", Stranger::NotAServer),
            (404, r#"{"message":"no route"}"#, Stranger::NotAServer),
            (200, r#"{"weather":"fine"}"#, Stranger::NotAServer),
            (302, "", Stranger::NotAServer),
            (401, "who are you", Stranger::NotAServer),
            (401, r#"{"error":{"code":"UNAUTHORIZED","message":"no"}}"#, Stranger::KeyRefused),
            (401, r#"{"error":"Invalid API key"}"#, Stranger::KeyRefused),
            (502, "<html>bad gateway</html>", Stranger::Trouble),
        ] {
            let asked = introduce_by(Arc::new(Always(status, body)), &server, &key, None).await;
            assert_eq!(asked.expect_err("a stranger"), why, "{status} {body}");
        }
    }

    /// CO-1
    #[tokio::test]
    async fn where_nobody_listens_nobody_answers() {
        let server = ServerUrl::new("http://127.0.0.1:9").expect("an address");
        let key = ApiKey::new("s3cret").expect("a key");
        assert_eq!(introduce(&server, &key, None).await.expect_err("nobody"), Stranger::Unreachable);
    }
}
