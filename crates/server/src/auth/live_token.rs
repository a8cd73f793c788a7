//! Live tokens: the short-lived proof with which a console enters one room (LT-5, LT-6).
//!
//! REST has already decided that the caller may read the ticket when a token is minted; the room server, which may
//! be another process, only has to check a signature. A token opens exactly one room: a ticket's or the board's.
//!
//! **Invariant:** neither the signing secret nor a token is ever shown by `Debug`, `Display` or a log line.

use std::fmt;
use std::sync::Arc;

use callboard_model::{Room, TenantId, TicketId, Timestamp, UserId};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::auth::Caller;
use crate::error::Result;

/// How long a token lives, in seconds. One that claims to live longer is refused, whoever signed it.
pub const TOKEN_LIFETIME_SECONDS: i64 = 300;

/// The longest token that is looked at. Ours have about 400 bytes; above this it is refused unread.
const TOKEN_BYTES_MAX: usize = 4 * 1024;

/// What a token opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Grant {
    /// The room of one ticket.
    Ticket(TicketId),
    /// The tenant's board room.
    Board,
    /// The room of the caller's own notifications.
    Notifications,
}

/// Why a token is worth nothing: a verdict, no failure. Peers are told none of it, only that they are refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Worthless {
    /// Not a token of ours: form, algorithm, signature or claims.
    Invalid,
    /// It was one of ours, until it expired.
    Expired,
}

/// What a token says, in the stock's names. `board` and `notifications` are ours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Claims {
    /// The tenant behind whose wall the room lies.
    pub tenant_id: TenantId,
    /// Who enters.
    pub user_id: UserId,
    /// The ticket whose room it opens; absent in a board token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket_id: Option<TicketId>,
    /// Whether it opens the board room.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub board: bool,
    /// Whether it opens the room of this user's notifications.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub notifications: bool,
    /// When it was signed, in seconds of Unix time.
    pub iat: i64,
    /// When it ends, in seconds of Unix time.
    pub exp: i64,
    /// Its own name, so that no two are alike.
    pub jti: String,
}

impl Claims {
    /// Whether these claims open `room`. Every comparison is whole and exact.
    #[must_use]
    pub fn admits(&self, room: &Room) -> bool {
        if *room.tenant() != self.tenant_id {
            return false;
        }
        match (room, &self.ticket_id, self.board, self.notifications) {
            (Room::Ticket(_, ticket), Some(granted), false, false) => ticket == granted,
            (Room::Board(_), None, true, false) => true,
            (Room::Notifications(_, user), None, false, true) => *user == self.user_id,
            _ => false,
        }
    }

    /// The instant from which the token is worth nothing.
    #[must_use]
    pub fn expires_at(&self) -> Timestamp {
        Timestamp::from_second(self.exp).unwrap_or(Timestamp::MIN)
    }
}

/// Signs and checks live tokens with one secret.
pub struct LiveTokens {
    signing: EncodingKey,
    checking: DecodingKey,
    validation: Validation,
}

impl LiveTokens {
    /// Tokens under `secret`; every server process of one installation has the same.
    #[must_use]
    pub fn new(secret: &[u8]) -> Self {
        let mut validation = Validation::new(Algorithm::HS256);
        // Expiry is judged in `verify` against the caller's clock and to the second, without leeway.
        validation.validate_exp = false;
        validation.leeway = 0;
        Self {
            signing: EncodingKey::from_secret(secret),
            checking: DecodingKey::from_secret(secret),
            validation,
        }
    }

    /// A token for `caller`, and when it expires. Whether the caller may read what it opens was decided before.
    pub fn mint(&self, caller: &Caller, grant: Grant, now: Timestamp) -> Result<(Arc<str>, Timestamp)> {
        let iat = now.as_second();
        let (ticket_id, board, notifications) = match grant {
            Grant::Ticket(ticket) => (Some(ticket), false, false),
            Grant::Board => (None, true, false),
            Grant::Notifications => (None, false, true),
        };
        let claims = Claims {
            tenant_id: caller.tenant.clone(),
            user_id: caller.user.clone(),
            ticket_id,
            board,
            notifications,
            iat,
            exp: iat.saturating_add(TOKEN_LIFETIME_SECONDS),
            jti: Uuid::new_v4().to_string(),
        };
        let token = jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &self.signing)?;
        Ok((token.into(), claims.expires_at()))
    }

    /// The claims of a token that is ours and still lives at `now`.
    pub fn verify(&self, token: &str, now: Timestamp) -> Result<Claims, Worthless> {
        if token.len() > TOKEN_BYTES_MAX {
            return Err(Worthless::Invalid);
        }
        let claims = jsonwebtoken::decode::<Claims>(token, &self.checking, &self.validation)
            .map_err(|_| Worthless::Invalid)?
            .claims;
        if claims.exp.saturating_sub(claims.iat) > TOKEN_LIFETIME_SECONDS {
            return Err(Worthless::Invalid);
        }
        if now.as_second() >= claims.exp {
            return Err(Worthless::Expired);
        }
        Ok(claims)
    }
}

impl fmt::Debug for LiveTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LiveTokens").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    const SECRET: &[u8] = b"a secret for tests";
    const NOW: i64 = 1_800_000_000;

    fn caller(tenant: &str) -> Caller {
        Caller {
            tenant: tenant.into(),
            user: "u".into(),
            display_name: "Ursula".into(),
            avatar_url: None,
            access: crate::auth::Access::of(crate::auth::Role::Technician),
            key_revoked_at: None,
        }
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("in range")
    }

    fn stock_claims() -> Value {
        json!({"tenantId": "t", "userId": "u", "ticketId": "1", "iat": NOW, "exp": NOW + 300, "jti": "j"})
    }

    /// A token with any claims under any key, as a forger or a foreign server would make it.
    fn signed(claims: &Value, secret: &[u8], algorithm: Algorithm) -> String {
        jsonwebtoken::encode(&Header::new(algorithm), claims, &EncodingKey::from_secret(secret))
            .expect("signable")
    }

    /// A token whose header is written by hand, with the signature of another.
    fn with_header(header: &Value, claims: &Value, signature: &str) -> String {
        use base64::Engine as _;
        let engine = base64::engine::general_purpose::URL_SAFE_NO_PAD;
        let part = |value: &Value| engine.encode(value.to_string());
        format!("{}.{}.{signature}", part(header), part(claims))
    }

    fn verdict(token: &str, now: i64) -> Result<Claims, Worthless> {
        LiveTokens::new(SECRET).verify(token, at(now))
    }

    #[test]
    fn what_is_minted_is_verified_until_the_very_second_it_expires() {
        let tokens = LiveTokens::new(SECRET);
        let (token, expires) = tokens.mint(&caller("t"), Grant::Ticket("1".into()), at(NOW)).expect("signed");
        assert_eq!(expires, at(NOW + 300));
        let claims = tokens.verify(&token, at(NOW + 299)).expect("still alive");
        assert_eq!((claims.tenant_id, claims.user_id), ("t".into(), "u".into()));
        assert_eq!((claims.iat, claims.exp), (NOW, NOW + 300));
        assert_eq!(tokens.verify(&token, at(NOW + 300)), Err(Worthless::Expired));
    }

    #[test]
    fn a_token_carries_the_stock_claims_and_no_name() {
        let tokens = LiveTokens::new(SECRET);
        let (token, _) = tokens.mint(&caller("t"), Grant::Ticket("1".into()), at(NOW)).expect("signed");
        let payload: Value = jsonwebtoken::dangerous::insecure_decode(&*token).expect("readable").claims;
        let keys: Vec<_> = payload.as_object().expect("an object").keys().map(String::as_str).collect();
        let mut expected = vec!["exp", "iat", "jti", "tenantId", "ticketId", "userId"];
        expected.sort_unstable();
        assert_eq!(keys, expected);
    }

    /// LT-6: a room opens to exactly the token that names it.
    #[test]
    fn a_token_opens_its_own_room_and_no_other() {
        let tokens = LiveTokens::new(SECRET);
        let rooms = [
            "ticket:t:1",
            "ticket:t:2",
            "ticket:x:1",
            "board:t",
            "board:x",
            "notifications:t:u",
            "notifications:t:v",
            "notifications:x:u",
        ];
        let table = [
            ("t", Grant::Ticket("1".into()), Some("ticket:t:1")),
            ("t", Grant::Ticket("2".into()), Some("ticket:t:2")),
            ("x", Grant::Ticket("1".into()), Some("ticket:x:1")),
            ("t", Grant::Ticket("3".into()), None),
            ("t", Grant::Board, Some("board:t")),
            ("x", Grant::Board, Some("board:x")),
            ("y", Grant::Board, None),
            ("t", Grant::Notifications, Some("notifications:t:u")),
            ("x", Grant::Notifications, Some("notifications:x:u")),
        ];
        for (tenant, grant, opens) in table {
            let (token, _) = tokens.mint(&caller(tenant), grant, at(NOW)).expect("signed");
            let claims = tokens.verify(&token, at(NOW)).expect("ours");
            for name in rooms {
                let room = Room::parse(name).expect("a room");
                assert_eq!(claims.admits(&room), Some(name) == opens, "{claims:?} at {name}");
            }
        }
    }

    #[test]
    fn claims_that_grant_two_things_or_nothing_open_nothing() {
        for (ticket, board, notifications) in [
            (json!("1"), true, false),
            (json!("1"), false, true),
            (Value::Null, true, true),
            (Value::Null, false, false),
        ] {
            let mut claims = stock_claims();
            claims["ticketId"] = ticket;
            claims["board"] = json!(board);
            claims["notifications"] = json!(notifications);
            let claims = verdict(&signed(&claims, SECRET, Algorithm::HS256), NOW).expect("signed by us");
            for name in ["ticket:t:1", "board:t", "notifications:t:u"] {
                assert!(!claims.admits(&Room::parse(name).expect("a room")), "{name}");
            }
        }
    }

    #[test]
    fn a_stock_token_is_ours_too() {
        assert!(verdict(&signed(&stock_claims(), SECRET, Algorithm::HS256), NOW).is_ok());
    }

    #[test]
    fn what_is_not_ours_is_refused() {
        let good = signed(&stock_claims(), SECRET, Algorithm::HS256);
        let signature = good.rsplit('.').next().expect("three parts").to_owned();
        let with = |key: &str, value: Value| {
            let mut claims = stock_claims();
            claims[key] = value;
            signed(&claims, SECRET, Algorithm::HS256)
        };
        let table = [
            ("empty", String::new()),
            ("garbage", "not a token".to_owned()),
            ("two parts", good[..good.len() - signature.len() - 1].to_owned()),
            ("other secret", signed(&stock_claims(), b"another", Algorithm::HS256)),
            ("HS512", signed(&stock_claims(), SECRET, Algorithm::HS512)),
            ("alg none", with_header(&json!({"alg": "none"}), &stock_claims(), "")),
            ("alg none, signed", with_header(&json!({"alg": "none"}), &stock_claims(), &signature)),
            ("alg RS256", with_header(&json!({"alg": "RS256"}), &stock_claims(), &signature)),
            ("other claims under the signature", {
                let mut claims = stock_claims();
                claims["ticketId"] = json!("2");
                with_header(&json!({"alg": "HS256", "typ": "JWT"}), &claims, &signature)
            }),
            ("no expiry", with("exp", Value::Null)),
            ("expiry as text", with("exp", json!("soon"))),
            ("no tenant", with("tenantId", Value::Null)),
            ("no user", with("userId", Value::Null)),
            ("lives too long", with("exp", json!(NOW + 301))),
            ("huge", "a".repeat(TOKEN_BYTES_MAX + 1)),
        ];
        for (name, token) in table {
            assert_eq!(verdict(&token, NOW), Err(Worthless::Invalid), "{name}");
        }
    }

    #[test]
    fn the_secret_is_not_shown() {
        let shown = format!("{:?}", LiveTokens::new(SECRET));
        assert_eq!(shown, "LiveTokens { .. }");
    }
}
