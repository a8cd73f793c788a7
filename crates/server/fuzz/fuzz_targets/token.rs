//! Live tokens: a good one with a piece replaced. The first two bytes say where and how much, the rest is the piece.

#![no_main]

use std::sync::{Arc, OnceLock};

use callboard_model::{Room, Timestamp};
use callboard_server::auth::live_token::{Grant, LiveTokens};
use callboard_server::auth::{Access, Caller, Role};
use libfuzzer_sys::fuzz_target;

struct Good {
    tokens: LiveTokens,
    text: Arc<str>,
    now: Timestamp,
}

fn good() -> &'static Good {
    static GOOD: OnceLock<Good> = OnceLock::new();
    GOOD.get_or_init(|| {
        let now = "2026-11-21T10:00:00Z".parse().expect("a time");
        let tokens = LiveTokens::new(b"the secret of the fuzzer");
        let caller = Caller {
            tenant: "t".into(),
            user: "u".into(),
            display_name: "Nora".into(),
            avatar_url: None,
            access: Access::of(Role::Dispatcher),
            key_revoked_at: None,
        };
        let (text, _) = tokens.mint(&caller, Grant::Ticket("1".into()), now).expect("a token");
        Good { tokens, text, now }
    })
}

fuzz_target!(|bytes: &[u8]| {
    let good = good();
    // Anything at all, and something that is nearly right.
    let [at, count, piece @ ..] = bytes else { return };
    let at = usize::from(*at) % good.text.len();
    let end = (at + usize::from(*count)).min(good.text.len());
    let Ok(piece) = std::str::from_utf8(piece) else { return };
    let nearly = format!("{}{piece}{}", &good.text[..at], &good.text[end..]);
    for text in [piece, &nearly] {
        let Ok(claims) = good.tokens.verify(text, good.now) else { continue };
        assert_eq!(text, &*good.text, "only what was minted is good");
        let other = Room::parse("ticket:t:2").expect("a room");
        assert!(!claims.admits(&other), "and only for its own room");
    }
});
