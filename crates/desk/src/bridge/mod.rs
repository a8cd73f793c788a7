//! What crosses between the window and the program: commands in, updates out.
//!
//! The TypeScript of these types is generated (`cargo xtask codegen`) and checked for staleness; headless mode reads
//! and writes the very same JSON. Ids cross as text, instants as milliseconds of the Unix epoch.
//!
//! | module | holds |
//! |---|---|
//! | `command` | what a window asks for |
//! | `query` | what a view of the board shows, in which order, under which headings |
//! | `saved` | views under a name |
//! | `update` | what a window is told |
//! | `board` | lines of the board |
//! | `ticket` | a ticket, opened |
//! | `comments` | what is said on it |
//! | `plans` | what is planned for it |
//! | `outbox` | the person's own work across all tickets |
//! | `status` | how the program stands: with the server, and with its work |
//! | `alert` | what may call the person, what they chose about it, and what was decided |
//! | `activity` | what happened, and what nobody has read |
//! | `events` | what the server can tell of and has told, and what it is to tell although nothing happened |
//! | `signal` | what is asked of the machine around the windows: toasts, sounds, the badge |
//! | `setup` | profiles, windows, and what the program around the desk is asked |
//! | `look` | what is drawn in many places: people, choices, tones |
//!
//! **Invariant:** no secret ever stands in a type of this module, but for the key that somebody typed, on its way in; and no rule of business is left to the reader.

pub mod activity;
pub mod alert;
mod board;
mod command;
mod comments;
mod events;
pub mod habits;
mod look;
mod outbox;
mod plans;
mod query;
mod saved;
pub mod setup;
pub mod signal;
mod status;
mod ticket;
mod update;

pub use callboard_model::{Field, TicketId, Value};

pub use activity::{ActivityChange, ActivityEntry, ActivityFilter, ENTRIES_MAX, ToldFilter, UnreadTicket};
pub use alert::{
    AlertFact, AlertKind, AlertRule, AlertSettings, AlertsView, DAY_MINUTES, Looking, Pause, PauseFor,
    QuietHours, RULES_MAX, Reason, Relation, Response, SoundClass, TEAMS_MAX, ToastLevel, Verdict,
    WARNING_MAX, WATCHED_MAX, WhenLooking, Whose,
};
pub use board::{
    BoardChange, ChipsView, ChoosingBy, Heading, Line, NamedChip, OFFERS_MAX, Offer, OffersView, PlacedLine,
    Row, Unsent, ViewSummary,
};
pub use command::{Command, LINES_MAX};
pub use comments::{
    CommentDraft, CommentView, CommentsView, ComposerView, Older, PendingComment, SayingId, Visibility,
};
pub use events::{
    CatalogState, CatalogView, EventEntry, EventForm, EventKind, EventLogView, EventType, FORM_CHOICES_MAX,
    FORM_DEPTH_MAX, FORM_FIELDS_MAX, FORM_ITEMS_MAX, FieldFault, FormField, FormInput, KINDS_MAX, LOGGED_MAX,
    NotSent, PAYLOAD_MAX, SimulationFate, SimulationView, Undrawn,
};
pub use habits::{Autostart, Habits, HabitsView, VOLUME_MAX, ZOOMS, ZoomStep};
pub use look::{Choice, Face, FaceState, Severity, Slack, Tone};
pub use outbox::{
    About, BULK_MAX, BulkId, BulkRefusal, BulkView, Change, DecisionId, LISTED_MAX, Need, NeedsItem,
    NeedsView, OutboxItem, OutboxState, OutboxView, SentItem, UndoView, VerdictKind,
};
pub use plans::{
    PLAN_FORMS_MAX, PLANS_MAX, PlanBanner, PlanDeed, PlanFault, PlanField, PlanFields, PlanFormView,
    PlanInstant, PlanRemoval, PlanSave, PlanTime, PlanTrouble, PlanView, PlanWriter, PlansKnown, PlansView,
};
pub use query::{BoardQuery, CHIPS_MAX, Chip, ChipKind, Grouping, OpenFilter, Sort, SortBy, ViewId};
pub use saved::{Column, SAVED_NAME_MAX, SavedView, SavedViewId, ViewRefusal};
pub use setup::{
    Attempt, ConnectCode, KeyPlace, Lack, ProfileId, ProfileKind, ProfileView, ProfilesView, ShellCommand,
    TypedKey, WindowKind,
};
pub use signal::{Signal, Toast, ToastAction, ToastButton, ToastId};
pub use status::{Counts, LinkView, Live, Reach, Saving, Support};
pub use ticket::{Access, ConflictView, FieldState, FieldView, Input, Source, TicketView};
pub use update::{Notice, Place, SetupCode, SetupView, Update};
