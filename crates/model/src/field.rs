//! The editable fields of a ticket, by their REST names.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Declares the fields once: the variant, its name on the wire.
macro_rules! fields {
    ($($(#[$doc:meta])* $variant:ident = $name:literal;)*) => {
        /// A field that people edit and hints name.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Field {
            $($(#[$doc])* #[serde(rename = $name)] $variant,)*
        }

        impl Field {
            /// Every field, in the order in which a ticket shows them.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The name on the wire.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }
    };
}

fields! {
    /// The one-line summary.
    Title = "title";
    /// Where the work stands; belongs to a board.
    Status = "status_id";
    /// How pressing it is.
    Priority = "priority_id";
    /// Who does it.
    Assignee = "assigned_to";
    /// The team that does it.
    Team = "assigned_team_id";
    /// The board it lies on.
    Board = "board_id";
    /// What it is about.
    Category = "category_id";
    /// What it is about, finer.
    Subcategory = "subcategory_id";
    /// Whose ticket it is.
    Client = "client_id";
    /// Whom to call there.
    Contact = "contact_name_id";
    /// Where it happens.
    Location = "location_id";
    /// ITIL impact, 1 to 5.
    Impact = "itil_impact";
    /// ITIL urgency, 1 to 5.
    Urgency = "itil_urgency";
    /// When it should be done.
    DueDate = "due_date";
    /// Who has to answer next.
    ResponseState = "response_state";
}

/// Fields that only make sense together: a conflict in one is settled for all of its group (LT-13).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// Board with status, category and subcategory.
    Placement,
    /// Client with contact and location.
    Customer,
    /// Assignee with team.
    Work,
    /// A field that stands alone.
    Alone(Field),
}

impl Field {
    /// The field of that name, if people edit it.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|field| field.name() == name)
    }

    /// The group that is settled together with this field.
    #[must_use]
    pub const fn group(self) -> Group {
        match self {
            Self::Board | Self::Status | Self::Category | Self::Subcategory => Group::Placement,
            Self::Client | Self::Contact | Self::Location => Group::Customer,
            Self::Assignee | Self::Team => Group::Work,
            Self::Title
            | Self::Priority
            | Self::Impact
            | Self::Urgency
            | Self::DueDate
            | Self::ResponseState => Group::Alone(self),
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_leads_back_to_its_field() {
        for &field in Field::ALL {
            assert_eq!(Field::from_name(field.name()), Some(field));
            let json = serde_json::to_string(&field).expect("a field is text");
            assert_eq!(json, format!("{:?}", field.name()));
        }
        assert_eq!(Field::from_name("updated_at"), None, "bookkeeping is no field");
    }
}
