//! The names of the Redis channels.
//!
//! **Invariant:** a name that is not exactly one of ours is nobody's.

use std::sync::Arc;

use callboard_model::{TenantId, TicketId, UserId};

/// The stock's word for hints.
const UPDATES: &str = "ticket-updates";
/// The stock's word for notifications.
const NOTIFICATIONS: &str = "internal-notifications";
/// Ours, which no stock server listens to: who is in the rooms of which process.
const PRESENCE: &str = "callboard:presence";

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
    /// A notification of this person.
    Person(TenantId, UserId),
    /// A process speaks of its rooms.
    Presence,
}

impl Channels {
    pub(super) fn new(prefix: &str) -> Self {
        Self { prefix: prefix.into() }
    }

    pub(super) fn ticket(&self, tenant: &TenantId, ticket: &TicketId) -> String {
        format!("{}{UPDATES}:{tenant}:{ticket}", self.prefix)
    }

    pub(super) fn presence(&self) -> String {
        format!("{}{PRESENCE}", self.prefix)
    }

    /// The patterns to subscribe to; what is special to Redis in the prefix is quoted.
    pub(super) fn patterns(&self) -> [String; 3] {
        let prefix = self.quoted();
        [format!("{prefix}{UPDATES}:*"), format!("{prefix}{NOTIFICATIONS}:*"), format!("{prefix}{PRESENCE}")]
    }

    fn quoted(&self) -> String {
        let mut pattern = String::new();
        for letter in self.prefix.chars() {
            if matches!(letter, '*' | '?' | '[' | ']' | '\\' | '^') {
                pattern.push('\\');
            }
            pattern.push(letter);
        }
        pattern
    }

    pub(super) fn topic(&self, channel: &str) -> Option<Topic> {
        let parts: Vec<_> = channel.strip_prefix(&*self.prefix)?.split(':').collect();
        match parts[..] {
            [UPDATES, tenant, ticket] if !tenant.is_empty() && !ticket.is_empty() => {
                Some(Topic::Ticket(tenant.into(), ticket.into()))
            }
            [NOTIFICATIONS, tenant, user] if !tenant.is_empty() && !user.is_empty() => {
                Some(Topic::Person(tenant.into(), user.into()))
            }
            ["callboard", "presence"] => Some(Topic::Presence),
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
        let name = "alga-psa:internal-notifications:t:u";
        assert_eq!(channels.topic(name), Some(Topic::Person("t".into(), "u".into())));
        assert_eq!(channels.topic(&channels.presence()), Some(Topic::Presence));
        let patterns = ["ticket-updates:*", "internal-notifications:*", "callboard:presence"];
        assert_eq!(channels.patterns(), patterns.map(|pattern| format!("alga-psa:{pattern}")));
    }

    #[test]
    fn only_three_parts_behind_the_prefix_are_a_ticket_or_a_person() {
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
            "p:internal-notifications:t",
            "p:internal-notifications:t:",
            "p:internal-notifications:t:u:2",
            "p:callboard",
            "p:callboard:presence:t",
            "q:ticket-updates:t:1",
            "ticket-updates:t:1",
        ] {
            assert_eq!(channels.topic(name), None, "{name:?}");
        }
    }

    #[test]
    fn a_prefix_is_no_pattern() {
        assert_eq!(Channels::new("a*[b]?").patterns()[0], r"a\*\[b\]\?ticket-updates:*");
    }
}
