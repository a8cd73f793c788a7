//! The names of the Redis channels.
//!
//! **Invariant:** a name that is not exactly one of ours is nobody's.

use std::sync::Arc;

use callboard_model::{TenantId, TicketId};

/// The stock's word for these hints.
const TOPIC: &str = "ticket-updates";
/// Behind the topic, where stock readers see one part too few and look away: "I could not send some hints".
const MISSED: &str = "missed";

/// The channels under one prefix.
#[derive(Clone, Debug)]
pub(super) struct Channels {
    prefix: Arc<str>,
}

/// What a message on a channel is about.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Topic {
    /// A hint of this ticket.
    Ticket(TenantId, TicketId),
    /// A process could not send some hints.
    Missed,
}

impl Channels {
    pub(super) fn new(prefix: &str) -> Self {
        Self { prefix: prefix.into() }
    }

    pub(super) fn ticket(&self, tenant: &TenantId, ticket: &TicketId) -> String {
        format!("{}{TOPIC}:{tenant}:{ticket}", self.prefix)
    }

    pub(super) fn missed(&self) -> String {
        format!("{}{TOPIC}:{MISSED}", self.prefix)
    }

    /// The pattern to subscribe to; what is special to Redis in the prefix is quoted.
    pub(super) fn pattern(&self) -> String {
        let mut pattern = String::new();
        for letter in self.prefix.chars() {
            if matches!(letter, '*' | '?' | '[' | ']' | '\\' | '^') {
                pattern.push('\\');
            }
            pattern.push(letter);
        }
        pattern + TOPIC + ":*"
    }

    pub(super) fn topic(&self, channel: &str) -> Option<Topic> {
        let parts: Vec<_> = channel.strip_prefix(&*self.prefix)?.split(':').collect();
        match parts[..] {
            [TOPIC, MISSED] => Some(Topic::Missed),
            [TOPIC, tenant, ticket] if !tenant.is_empty() && !ticket.is_empty() => {
                Some(Topic::Ticket(tenant.into(), ticket.into()))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_is_named_as_the_stock_names_it() {
        let channels = Channels::new("alga-psa:");
        let name = channels.ticket(&"t".into(), &"1".into());
        assert_eq!(name, "alga-psa:ticket-updates:t:1");
        assert_eq!(channels.topic(&name), Some(Topic::Ticket("t".into(), "1".into())));
        assert_eq!(channels.topic(&channels.missed()), Some(Topic::Missed));
        assert_eq!(channels.pattern(), "alga-psa:ticket-updates:*");
    }

    #[test]
    fn only_three_parts_behind_the_prefix_are_a_ticket() {
        let channels = Channels::new("p:");
        for name in [
            "",
            "p:",
            "p:ticket-updates",
            "p:ticket-updates:t",
            "p:ticket-updates:t:",
            "p:ticket-updates::1",
            "p:ticket-updates:t:1:2",
            "p:other:t:1",
            "q:ticket-updates:t:1",
            "ticket-updates:t:1",
        ] {
            assert_eq!(channels.topic(name), None, "{name:?}");
        }
    }

    #[test]
    fn a_prefix_is_no_pattern() {
        assert_eq!(Channels::new("a*[b]?").pattern(), r"a\*\[b\]\?ticket-updates:*");
    }
}
