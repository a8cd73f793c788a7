// Generated from crates/desk/src/bridge by `cargo xtask codegen`. Do not edit.

export type Value = null | boolean | number | string;

export type FieldName =
  | "title"
  | "status_id"
  | "priority_id"
  | "assigned_to"
  | "assigned_team_id"
  | "board_id"
  | "category_id"
  | "subcategory_id"
  | "client_id"
  | "contact_name_id"
  | "location_id"
  | "itil_impact"
  | "itil_urgency"
  | "due_date"
  | "response_state";

export const LINES_MAX = 400;

export const BULK_MAX = 200;

export const CHIPS_MAX = 200;

export const SAVED_NAME_MAX = 80;

export const ZOOMS = [80, 90, 100, 110, 125, 150, 175, 200] as const;

export const FORM_ITEMS_MAX = 50;

export const PLAN_FORMS_MAX = 8;

export type ViewId = string;

export type Command = { "do": "hello" }
  | { "do": "openView",
  /** The view. */
  view: ViewId,
  /** What it shows, in which order. */
  query: BoardQuery,
}
  | { "do": "showLines",
  /** The view. */
  view: ViewId,
  /** The first line on screen. */
  first: number,
  /** How many; at most [`LINES_MAX`]. */
  count: number,
}
  | { "do": "closeView",
  /** The view. */
  view: ViewId,
}
  | { "do": "choosing",
  /** The view. */
  view: ViewId,
  /** With what; the lines stand still while they choose with anything. */
  by: ChoosingBy,
  /** Whether they do. */
  on: boolean,
}
  | { "do": "refreshNow",
  /** The view. */
  view: ViewId,
}
  | { "do": "readOffers",
  /** The view. */
  view: ViewId,
  /** What the chips are about. */
  kind: ChipKind,
}
  | { "do": "saveView",
  /** The one whose place it takes; `null`: it is a new one. */
  saved: SavedViewId | null,
  /** Its name. */
  name: string,
  /** What it shows. */
  query: BoardQuery,
  /** In which columns, in their order. */
  columns: Array<Column>,
}
  | { "do": "renameView",
  /** Which. */
  saved: SavedViewId,
  /** The name. */
  name: string,
}
  | { "do": "deleteView",
  /** Which. */
  saved: SavedViewId,
}
  | { "do": "openTicket",
  /** The ticket. */
  ticket: string,
}
  | { "do": "closeTicket",
  /** The ticket. */
  ticket: string,
}
  | { "do": "beginEdit",
  /** The ticket. */
  ticket: string,
  /** The field. */
  field: FieldName,
}
  | { "do": "endEdit",
  /** The ticket. */
  ticket: string,
  /** The field. */
  field: FieldName,
}
  | { "do": "draft",
  /** The ticket. */
  ticket: string,
  /** The field. */
  field: FieldName,
  /** The text. */
  value: Value,
}
  | { "do": "dropDraft",
  /** The ticket. */
  ticket: string,
  /** The field. */
  field: FieldName,
}
  | { "do": "edit",
  /** The ticket. */
  ticket: string,
  /** The field. */
  field: FieldName,
  /** The value. */
  value: Value,
}
  | { "do": "keepYours",
  /** The ticket. */
  ticket: string,
  /** The field. */
  field: FieldName,
  /** Theirs, as the panel showed it; where another value stands by now, nothing is kept and the panel stays. */
  theirs: Value,
}
  | { "do": "takeTheirs",
  /** The ticket. */
  ticket: string,
  /** The field. */
  field: FieldName,
  /** Mine, as the panel showed it; where another value is asked about by now, nothing is dropped and the panel stays. */
  mine: Value,
}
  | { "do": "chooseOther",
  /** The ticket. */
  ticket: string,
  /** The field. */
  field: FieldName,
  /** The third value. */
  value: Value,
  /** Theirs, as the panel showed it; where another value stands by now, the third value is asked about like ours. */
  theirs: Value,
}
  | { "do": "undo",
  /** The decision. */
  decision: DecisionId,
}
  | { "do": "bulk",
  /** What the window calls it; one of the same name is told no more. */
  bulk: BulkId,
  /** The tickets, at most [`BULK_MAX`](super::BULK_MAX). */
  tickets: string[],
  /** The field. */
  field: FieldName,
  /** The value. */
  value: Value,
}
  | { "do": "closeBulk",
  /** Which. */
  bulk: BulkId,
}
  | { "do": "comment",
  /** The ticket. */
  ticket: string,
  /** The words; blank ones are nothing. */
  text: string,
  /** Who may read it. */
  visibility: Visibility,
}
  | { "do": "draftComment",
  /** The ticket. */
  ticket: string,
  /** The words. */
  text: string,
  /** Who may read it once it is said. */
  visibility: Visibility,
}
  | { "do": "retryComment",
  /** Which. */
  saying: SayingId,
}
  | { "do": "dropComment",
  /** Which. */
  saying: SayingId,
}
  | { "do": "moreComments",
  /** The ticket. */
  ticket: string,
}
  | { "do": "plan",
  /** The ticket. */
  ticket: string,
  /** The entry; `null`: a new one. */
  entry: string | null,
  /** What. */
  deed: PlanDeed,
}
  | { "do": "openNeeds" }
  | { "do": "closeNeeds" }
  | { "do": "openOutbox" }
  | { "do": "closeOutbox" }
  | { "do": "retryEdit",
  /** The ticket. */
  ticket: string,
  /** The field. */
  field: FieldName,
}
  | { "do": "dropEdit",
  /** The ticket. */
  ticket: string,
  /** The field. */
  field: FieldName,
}
  | { "do": "signOut",
  /** Do it all the same. */
  force: boolean,
}
  | { "do": "retryLink" }
  | { "do": "stillHere" }
  | { "do": "viewQuietly",
  /** Whether it is on. */
  on: boolean,
}
  | { "do": "pollSlowly",
  /** Whether it is on. */
  on: boolean,
}
  | { "do": "focus",
  /** Whether it has the focus. */
  focused: boolean,
  /** The ticket that it shows. */
  ticket: string | null,
}
  | { "do": "doNotDisturb",
  /** Whether it is so. */
  on: boolean,
}
  | { "do": "openActivity",
  /** Which of it. */
  filter: ActivityFilter,
  /** Only what was before this entry, for a further page; `null`: the newest. */
  before: number | null,
  /** How many entries, at most [`ENTRIES_MAX`](super::ENTRIES_MAX). */
  count: number,
}
  | { "do": "closeActivity" }
  | { "do": "markRead",
  /** Which. */
  ticket: string | null,
}
  | { "do": "watch",
  /** Which. */
  ticket: string,
  /** Whether it is watched. */
  on: boolean,
}
  | { "do": "readAlerts" }
  | { "do": "setAlerts",
  /** All of them. */
  settings: AlertSettings,
}
  | { "do": "pauseAlerts",
  /** For how long. */
  pause: PauseFor,
}
  | { "do": "tryAlert",
  /** What happens. */
  fact: AlertFact,
  /** Where the person looks then. */
  looking: Looking,
  /** The minute of the day at which it happens, by local time; `null`: now. */
  minute: number | null,
}
  | { "do": "openEvents" }
  | { "do": "closeEvents" }
  | { "do": "chooseEvent",
  /** Which. */
  eventType: EventType,
}
  | { "do": "readEventLog" }
  | { "do": "simulate",
  /** The window's own number for it. One that was sent and not refused is not sent again under the same number. */
  attempt: number,
  /** Which. */
  eventType: EventType,
  /** What it says; at most [`PAYLOAD_MAX`](super::PAYLOAD_MAX). */
  payload: Record<string, unknown>,
};

export type BoardQuery = {
  /** Only tickets whose number, title, client, place and assignee hold all these words between them. */
  search: string,
  /** Open, closed or both. */
  open: OpenFilter,
  /** Only what these let through: of one kind any will do, and each kind must be content. At most [`CHIPS_MAX`]. */
  chips: Array<Chip>,
  /** In which order. */
  sort: Sort,
  /** Under which headings. */
  group: Grouping,
};

export type Chip = { "by": "status", "is": Value }
  | { "by": "priority", "is": Value }
  | { "by": "assignee", "is": Value }
  | { "by": "mine" }
  | { "by": "team", "is": Value }
  | { "by": "client", "is": Value }
  | { "by": "board", "is": Value }
  | { "by": "place", "is": Value }
  | { "by": "category", "is": Value }
  | { "by": "due", "is": Slack }
  | { "by": "work", "is": Unsent }
  | { "by": "watched" };

export type ChipKind = "status" | "priority" | "assignee" | "team" | "client" | "board" | "place" | "category" | "due" | "work" | "watched";

export type OpenFilter = "open" | "closed" | "all";

export type Sort = {
  /** By what. */
  by: SortBy,
  /** Whether the largest comes first. */
  descending: boolean,
};

export type SortBy = "due" | "number" | "age" | "title" | "client" | "status" | "priority" | "assignee" | "updated";

export type Grouping = "none" | "due" | "status" | "assignee" | "priority" | "client" | "team";

export type ChoosingBy = "pointer" | "keyboard" | "edit";

export type SavedView = {
  /** What stays of it when it gets another name. */
  id: SavedViewId,
  /** Its name: no other has it, also not in other letters; at most [`SAVED_NAME_MAX`] characters. */
  name: string,
  /** What it shows. */
  query: BoardQuery,
  /** In which columns, in their order, each once. */
  columns: Array<Column>,
};

export type SavedViewId = string;

export type Column = "severity" | "number" | "due" | "age" | "title" | "client" | "status" | "assignee" | "team" | "place" | "category" | "updated" | "presence" | "unsent";

export type ViewRefusal = { "kind": "nameless" }
  | { "kind": "longName" }
  | { "kind": "nameTaken" }
  | { "kind": "tooMany",
  /** So many. */
  most: number,
}
  | { "kind": "gone" }
  | { "kind": "disk",
  /** Why. */
  reason: string,
};

export type ViewSummary = {
  /** The view. */
  view: ViewId,
  /** How many tickets it shows. */
  tickets: number,
  /** How many of all tickets would come, go or stand elsewhere if the lines went to their places. */
  waiting: number,
  /** Whether lines keep their places, because the person is choosing or was a moment ago. */
  held: boolean,
};

export type ChipsView = {
  /** The view. */
  view: ViewId,
  /** Those of its query, in their order. */
  chips: Array<NamedChip>,
};

export type NamedChip = {
  /** The chip. */
  chip: Chip,
  /** The name of what is chosen. `None` where nothing is chosen, where the chip says all, or where what it names is gone. */
  label: string | null,
};

export type OffersView = {
  /** The view. */
  view: ViewId,
  /** What the chips are about. */
  kind: ChipKind,
  /** In the order in which pickers have them; at most [`OFFERS_MAX`]. */
  offers: Array<Offer>,
  /** How many there are in all. */
  total: number,
};

export type Offer = {
  /** What is added to the query, or taken out of it. */
  chips: Array<Chip>,
  /** Its name; `None` where the chip says all, or says that nothing is chosen. */
  label: string | null,
  /** How many tickets the view would show with it and none other of its kind. */
  tickets: number,
};

export type Update = { "is": "board", "value": {
  /** The view. */
  view: ViewId,
  /** +1 with each update of this view; a gap means: ask for the lines again. */
  rev: number,
  /** What changed. */
  change: BoardChange,
} }
  | { "is": "view", "value": ViewSummary }
  | { "is": "chips", "value": ChipsView }
  | { "is": "offers", "value": OffersView }
  | { "is": "views", "value": Array<SavedView> }
  | { "is": "ticket", "value": TicketView }
  | { "is": "comments", "value": CommentsView }
  | { "is": "composer", "value": ComposerView }
  | { "is": "plans", "value": PlansView }
  | { "is": "needs", "value": NeedsView }
  | { "is": "outbox", "value": OutboxView }
  | { "is": "bulk", "value": BulkView }
  | { "is": "link", "value": LinkView }
  | { "is": "counts", "value": Counts }
  | { "is": "me", "value": Face | null }
  | { "is": "boards", "value": Array<Choice> }
  | { "is": "activity", "value": {
  /** +1 with each update of this window's entries; a gap means: ask for them again. */
  rev: number,
  /** What changed. */
  change: ActivityChange,
} }
  | { "is": "alerts", "value": AlertsView }
  | { "is": "tried", "value": Verdict }
  | { "is": "catalog", "value": CatalogView }
  | { "is": "eventForm", "value": EventForm }
  | { "is": "eventLog", "value": EventLogView }
  | { "is": "simulation", "value": SimulationView }
  | { "is": "show", "value": Place }
  | { "is": "notice", "value": Notice }
  | { "is": "setup", "value": SetupView }
  | { "is": "profiles", "value": ProfilesView }
  | { "is": "habits", "value": HabitsView }
  | { "is": "window", "value": WindowKind };

export type SetupView = {
  /** What. */
  code: SetupCode,
  /** The details, for people. */
  message: string,
};

export type SetupCode = "firstStart" | "missingServer" | "missingKey" | "badServer" | "badKey" | "badOption" | "profileInUse" | "badProfile" | "machine" | "outboxSetAside";

export type ShellCommand = { "do": "readProfiles" }
  | { "do": "connect",
  /** The address, as people type it. */
  server: string,
  /** The tenant, where the key alone does not tell. */
  tenant: string | null,
  /** The key. */
  key: string,
}
  | { "do": "tryHere" }
  | { "do": "useProfile",
  /** Which. */
  profile: string,
}
  | { "do": "forgetProfile",
  /** Which. */
  profile: string,
}
  | { "do": "plug",
  /** Whether it is to be in. */
  isIn: boolean,
}
  | { "do": "readHabits" }
  | { "do": "setHabits",
  /** How. */
  habits: Habits,
}
  | { "do": "zoom",
  /** Which way. */
  step: ZoomStep,
}
  | { "do": "startWithSession",
  /** Whether. */
  on: boolean,
}
  | { "do": "playSound",
  /** Which. */
  class: SoundClass,
}
  | { "do": "openWindow",
  /** The ticket. */
  ticket: string,
};

export type ProfilesView = {
  /** The profiles, the last one used first. */
  profiles: Array<ProfileView>,
  /** The one that is worked with; `null`: none, or one that came by the environment. */
  active: string | null,
  /** What became of the last [`ShellCommand::Connect`], [`TryHere`](ShellCommand::TryHere) or
 * [`UseProfile`](ShellCommand::UseProfile), as long as it is not done. */
  attempt: Attempt | null,
  /** Where keys are kept. */
  keys: KeyPlace,
  /** Whether the plug of the company inside the program is in; `null`: that is not where the person works. */
  plug: boolean | null,
};

export type ProfileView = {
  /** Which. */
  id: string,
  /** What kind of company it leads to. */
  kind: ProfileKind,
  /** The server's address. */
  server: string,
  /** The tenant, where one was named. */
  tenant: string | null,
  /** Whose key it is, as the server told when it was checked. */
  user: string,
};

export type ProfileKind = "server" | "here";

export type Attempt = { "state": "checking" }
  | { "state": "failed",
  /** Why. */
  code: ConnectCode,
  /** The details, for people. */
  message: string,
};

export type ConnectCode = "badAddress" | "badKey" | "unreachable" | "notAServer" | "keyRefused" | "serverTrouble" | "keyGone" | "machine";

export type KeyPlace = { "in": "keyring" }
  | { "in": "memory",
  /** Why, for people. */
  reason: string,
};

export type WindowKind = { "shows": "board" }
  | { "shows": "ticket",
  /** Which. */
  ticket: string,
};

export type Lack = "toasts" | "tray" | "keyring" | "sound";

export type Habits = {
  /** Closing the main window hides it, as long as an icon in the panel leads back to it. Otherwise the program ends. */
  closingHides: boolean,
  /** Where the program starts with the person's session, it starts unseen. */
  startsUnseen: boolean,
  /** How loud sounds are: 0, nothing is heard, to [`VOLUME_MAX`]. */
  volume: number,
  /** How large windows draw: one of [`ZOOMS`]. */
  zoom: number,
};

export type ZoomStep = "larger" | "smaller" | "actual";

export type Autostart = { "is": "on" }
  | { "is": "off" }
  | { "is": "unable",
  /** Why, for people. */
  reason: string,
};

export type HabitsView = {
  /** What was chosen. */
  habits: Habits,
  /** Whether the program starts with the person's session. */
  autostart: Autostart,
  /** Why the last choice is gone with the program, or did not come about; `None`: it is kept. */
  notKept: string | null,
  /** The folder of the log, for whoever is asked for it. */
  logFolder: string,
};

export type BoardChange = { "kind": "reset",
  /** Lines in all. */
  total: number,
  /** The place of the first line given. */
  first: number,
  /** The lines. */
  lines: Array<Line>,
}
  | { "kind": "patch",
  /** Lines in all. */
  total: number,
  /** The new ones, by place. */
  lines: Array<PlacedLine>,
};

export type PlacedLine = {
  /** Counted from the top of the whole view. */
  at: number,
  /** The line. */
  line: Line,
};

export type Line = { "kind": "heading",
  /** What the tickets beneath share. */
  heading: Heading,
  /** How many they are. */
  count: number,
}
  | { "kind": "ticket" } & Row;

export type Heading = { "kind": "due", "value": Slack }
  | { "kind": "status", "value": string | null }
  | { "kind": "assignee", "value": string | null }
  | { "kind": "priority", "value": Severity }
  | { "kind": "client", "value": string | null }
  | { "kind": "team", "value": string | null };

export type Slack = "breached" | "hour" | "today" | "later" | "untimed";

export type Severity = "critical" | "high" | "normal" | "low";

export type Tone = "work" | "moving" | "good" | "quiet";

export type Row = {
  /** Commands name this, never a place on screen. */
  ticket: string,
  /** The number that people say on the phone. */
  number: string,
  /** The title, as plain text. */
  title: string,
  /** The client's name. */
  client: string | null,
  /** The place. */
  location: string | null,
  /** The status. */
  status: Choice,
  /** How pressing. */
  severity: Severity,
  /** Who does it. */
  assignee: string | null,
  /** Which team does it. */
  team: string | null,
  /** What it is about. */
  category: string | null,
  /** When it was entered, in milliseconds of the Unix epoch. */
  entered: number | null,
  /** When it was last changed, in milliseconds of the Unix epoch. */
  updated: number | null,
  /** The target in milliseconds of the Unix epoch. */
  due: number | null,
  /** What is left of it. */
  slack: Slack,
  /** Who is in the ticket. */
  faces: Array<Face>,
  /** Whether something of ours is not saved. */
  unsent: Unsent,
  /** Fields that somebody else has just changed. */
  lit: FieldName[],
};

export type Unsent = "nothing" | "queued" | "needsYou";

export type Face = {
  /** Who. */
  user: string,
  /** The full name. */
  name: string,
  /** One or two letters. */
  initials: string,
  /** `#rrggbb`. */
  color: string,
  /** The field they are in. */
  editing: FieldName | null,
  /** Whether they are really here. */
  state: FaceState,
  /** Since when that is so, in milliseconds of the Unix epoch by our clock: when they came or last moved, or when our
 * link fell. */
  since: number,
};

export type FaceState = "here" | "idle" | "unknown";

export type Choice = {
  /** What is sent. */
  value: Value,
  /** What is shown. */
  label: string,
  /** How it is drawn, where it is a status. */
  tone: Tone | null,
  /** How it is drawn, where it is a priority. */
  severity: Severity | null,
};

export type TicketView = {
  /** The ticket. */
  ticket: string,
  /** Its number. */
  number: string,
  /** The client's name. */
  client: string | null,
  /** How pressing. */
  severity: Severity,
  /** The target in milliseconds of the Unix epoch. */
  due: number | null,
  /** What is left of it. */
  slack: Slack,
  /** Who is here beside us. */
  faces: Array<Face>,
  /** The fields in the order in which they are shown; the title is the first. */
  fields: Array<FieldView>,
  /** Whether the ticket can be read at all. */
  access: Access,
  /** How fresh what is shown is. */
  source: Source,
  /** When the server last told us this ticket, in milliseconds of the Unix epoch. */
  asOf: number,
};

export type Access = "open" | "lost";

export type Source = "live" | "fetched";

export type FieldView = {
  /** Which. */
  field: FieldName,
  /** What is shown: confirmed under pending. */
  shown: Choice,
  /** How it is filled in. */
  input: Input,
  /** What can be chosen; `None` where nothing is chosen from a list, or the list is not known yet. */
  choices: Array<Choice> | null,
  /** How it stands with our own work on it. */
  state: FieldState,
  /** Who else is in it right now. */
  editors: Array<Face>,
  /** Somebody else has just changed it. */
  lit: boolean,
};

export type Input = "text" | "choice" | "instant";

export type FieldState = { "kind": "confirmed",
  /** Milliseconds of the Unix epoch. */
  savedAt: number | null,
}
  | { "kind": "draft",
  /** It is on disk as it stands, and outlives the program. */
  kept: boolean,
}
  | { "kind": "queued" }
  | { "kind": "sending" }
  | { "kind": "conflict" } & ConflictView
  | { "kind": "refused",
  /** Why. */
  reason: string,
};

export type ConflictView = {
  /** Ours. */
  mine: Choice,
  /** What stands on the server. */
  theirs: Choice,
  /** Whose it is; `None` where a stock server does not say. */
  by: string | null,
  /** When it was written, in milliseconds of the Unix epoch. */
  at: number,
  /** Ours was not committed yet: keeping it sends nothing. */
  draft: boolean,
};

export type LinkView = {
  /** The live layer. */
  live: Live,
  /** The REST API: the only gate on saving. */
  reach: Reach,
  /** This machine's disk: what is typed while it takes nothing does not outlive the program. */
  saving: Saving,
  /** Since when `live` is so, in milliseconds of the Unix epoch. */
  since: number,
  /** How long the server takes to answer on the socket, in milliseconds. */
  lag: number | null,
  /** The server's clock minus ours, in milliseconds. */
  clockOffset: number,
  /** What the server helps with. */
  support: Support,
  /** Nothing is said of us in any room. */
  quiet: boolean,
  /** What changed is asked every half minute while the live layer is down. */
  polling: boolean,
};

export type Live = "connecting" | "live" | "reconnecting" | "unavailable";

export type Reach = "unknown" | "up" | "down" | "signedOut";

export type Saving = "safe" | "full" | "failing";

export type Support = "unknown" | "full" | "bestEffort";

export type Counts = {
  /** Open tickets. */
  tickets: number,
  /** Of them, critical. */
  critical: number,
  /** Of them, nobody's. */
  unassigned: number,
  /** Conflicts and refusals. */
  needsYou: number,
  /** Edits not yet confirmed. */
  queued: number,
  /** Rooms we are in. */
  rooms: number,
  /** Tickets on which something happened that nobody has read: the badge. */
  unread: number,
};

export type Notice = { "kind": "changed",
  /** The ticket. */
  ticket: string,
  /** Its number. */
  number: string,
  /** Who. */
  who: string,
  /** What, at least one. */
  fields: FieldName[],
}
  | { "kind": "unsent",
  /** Edits and comments that the server has not confirmed. */
  edits: number,
  /** Texts that were typed and not committed. */
  drafts: number,
}
  | { "kind": "signedOut",
  /** What could not be erased, and why. */
  trouble: string | null,
}
  | { "kind": "viewNotKept",
  /** The name that it was to have. */
  name: string,
  /** Why. */
  why: ViewRefusal,
}
  | { "kind": "notStored",
  /** The ticket's number. */
  number: string,
  /** Why. */
  reason: string,
}
  | { "kind": "broke",
  /** The folder of the log, which says where. */
  log: string,
}
  | { "kind": "lacks",
  /** What. */
  what: Lack,
  /** Why, for people. */
  reason: string,
};

export type PlansView = {
  /** The ticket. */
  ticket: string,
  /** How much is known. */
  known: PlansKnown,
  /** The entries, the earliest first; at most [`PLANS_MAX`]. */
  entries: Array<PlanView>,
  /** There are more, that start earlier. */
  more: boolean,
  /** The forms that are open, each in the place of its entry; at most [`PLAN_FORMS_MAX`]. */
  forms: Array<PlanFormView>,
  /** How an entry can stand. */
  statuses: Array<Choice>,
};

export type PlansKnown = { "kind": "nothing" }
  | { "kind": "told",
  /** Milliseconds of the Unix epoch, by its clock. */
  asOf: number,
}
  | { "kind": "notYours" }
  | { "kind": "notSaid" }
  | { "kind": "refused",
  /** Why. */
  reason: string,
};

export type PlanView = {
  /** Its id. */
  entry: string,
  /** Its version: what is deleted is just this. */
  version: number,
  /** What it is called. */
  title: string,
  /** From when, in milliseconds of the Unix epoch. */
  start: number,
  /** Until when. */
  end: number,
  /** Where it lies by the server's clock. */
  time: PlanTime,
  /** How it stands. */
  status: Choice,
  /** Whose time it takes. */
  people: Array<string>,
  /** What else there is to know. */
  notes: string,
  /** Others see only that somebody is busy. */
  private: boolean,
  /** What became of deleting it, while that is not done. */
  removal: PlanRemoval | null,
};

export type PlanTime = "ahead" | "now" | "overdue" | "past";

export type PlanRemoval = { "kind": "going" }
  | { "kind": "overtaken",
  /** Who. */
  by: string,
  /** When, in milliseconds of the Unix epoch. */
  at: number,
}
  | { "kind": "failed",
  /** Why. */
  why: PlanTrouble,
};

export type PlanFormView = {
  /** The entry; `None`: a new one. */
  entry: string | null,
  /** +1 whenever what stands in it changed by itself; what is typed says on which of them it was typed. */
  rev: number,
  /** What stands in it. */
  fields: PlanFields,
  /** What those whose time it takes are called. */
  people: Array<Choice>,
  /** Saving makes a new entry. */
  makes: boolean,
  /** There is something in it that the server does not have. */
  dirty: boolean,
  /** What is typed is on disk as it stands. */
  kept: boolean,
  /** How far a save is. */
  save: PlanSave,
  /** Why the last save was none. */
  trouble: PlanTrouble | null,
  /** Somebody changed it meanwhile, and the person decides (RB-7). */
  banner: PlanBanner | null,
  /** Whose version the next save replaces, as the person decided. */
  over: PlanWriter | null,
  /** What *Reload latest* took away can be had back. */
  undo: boolean,
};

export type PlanFields = {
  /** What it is called. */
  title: string,
  /** From when. */
  start: PlanInstant,
  /** Until when. */
  end: PlanInstant,
  /** How it stands, in the company's own word. */
  status: string,
  /** Whose time it takes. */
  people: string[],
  /** What else there is to know. */
  notes: string,
};

export type PlanInstant = {
  /** In milliseconds of the Unix epoch; `None` where what is typed is no instant. */
  at: number | null,
  /** What is typed where that is no instant; empty otherwise. */
  text: string,
};

export type PlanSave = "none" | "going" | "unknown";

export type PlanBanner = { "kind": "newer" } & PlanWriter
  | { "kind": "gone" };

export type PlanWriter = {
  /** Who. */
  by: string,
  /** When, in milliseconds of the Unix epoch. */
  at: number,
};

export type PlanTrouble = { "kind": "offline" }
  | { "kind": "signedOut" }
  | { "kind": "unknown" }
  | { "kind": "notKept",
  /** Why. */
  reason: string,
}
  | { "kind": "refused",
  /** Why. */
  reason: string,
}
  | { "kind": "faults",
  /** Which, and why. */
  faults: Array<PlanFault>,
};

export type PlanFault = {
  /** Which. */
  field: PlanField,
  /** Why, in the server's words; `None`: what is typed is no instant. */
  reason: string | null,
};

export type PlanField = "title" | "start" | "end" | "status" | "people" | "notes";

export type PlanDeed = { "kind": "open" }
  | { "kind": "type",
  /** The form that was before them. */
  rev: number,
  /** All that stands in it now. */
  fields: PlanFields,
}
  | { "kind": "save" }
  | { "kind": "reload" }
  | { "kind": "undo" }
  | { "kind": "dismiss" }
  | { "kind": "close" }
  | { "kind": "remove",
  /** The version that was shown. */
  version: number,
};

export type CommentsView = {
  /** The ticket. */
  ticket: string,
  /** What the server has, oldest first; the latest of it, where there is much. */
  comments: Array<CommentView>,
  /** Whether there is more before the first. */
  older: Older,
  /** When the server told it, in milliseconds of the Unix epoch; `None` before it did. */
  asOf: number | null,
  /** What we said and it has not confirmed, oldest first. */
  pending: Array<PendingComment>,
};

export type ComposerView = {
  /** The ticket. */
  ticket: string,
  /** What is typed and not said; `None`: nothing. */
  draft: CommentDraft | null,
};

export type CommentDraft = {
  /** The words, as they were typed. */
  text: string,
  /** Who may read it once it is said. */
  visibility: Visibility,
  /** Whether it is on disk as it stands. */
  kept: boolean,
};

export type Older = "nothing" | "more" | "tooMany";

export type CommentView = {
  /** Its name. */
  comment: string,
  /** The one that it answers. */
  answers: string | null,
  /** Who said it, where that is told. */
  by: string | null,
  /** The words, as plain text; empty where it was taken away. */
  text: string,
  /** Who may read it. */
  visibility: Visibility,
  /** It says how the ticket was resolved. */
  resolution: boolean,
  /** When it was said, in milliseconds of the Unix epoch. */
  at: number,
  /** Its words were changed since. */
  edited: boolean,
  /** It was taken away. */
  gone: boolean,
};

export type PendingComment = {
  /** Its name. */
  saying: SayingId,
  /** The words. */
  text: string,
  /** Who may read it. */
  visibility: Visibility,
  /** When it was committed, in milliseconds of the Unix epoch. */
  at: number,
  /** How it stands. */
  state: OutboxState,
};

export type SayingId = string;

export type Visibility = "public" | "internal";

export type About = {
  /** The ticket. */
  ticket: string,
  /** Its number. */
  number: string,
  /** Its title. */
  title: string,
};

export type NeedsView = {
  /** The oldest first, at most [`LISTED_MAX`]. */
  items: Array<NeedsItem>,
  /** Comments that were refused, the oldest first, at most [`LISTED_MAX`]. */
  comments: Array<OutboxItem>,
  /** How many there are in all. */
  total: number,
  /** The last decision that can be taken back. */
  undo: UndoView | null,
};

export type NeedsItem = {
  /** The ticket. */
  about: About,
  /** The field. */
  field: FieldName,
  /** What the person saw when they began. */
  base: Choice,
  /** What they chose. */
  mine: Choice,
  /** What stands on the server. */
  theirs: Choice,
  /** Whose that is; `None` where nobody said. */
  by: string | null,
  /** When it was written, in milliseconds of the Unix epoch. */
  at: number,
  /** Why the person is asked. */
  need: Need,
};

export type Need = { "kind": "conflict",
  /** Ours was not committed yet: keeping it sends nothing. */
  draft: boolean,
}
  | { "kind": "refused",
  /** Why. */
  reason: string,
};

export type DecisionId = string;

export type UndoView = {
  /** Its name. */
  decision: DecisionId,
  /** The ticket. */
  about: About,
  /** The field on which it was taken. */
  field: FieldName,
  /** What was decided. */
  verdict: VerdictKind,
  /** When, in milliseconds of the Unix epoch. */
  at: number,
};

export type VerdictKind = "kept" | "took" | "dropped";

export type OutboxView = {
  /** What is not confirmed, in the order in which it was committed, at most [`LISTED_MAX`]. */
  waiting: Array<OutboxItem>,
  /** How many there are in all. */
  total: number,
  /** What was confirmed, the latest first. */
  sent: Array<SentItem>,
};

export type OutboxItem = {
  /** The ticket. */
  about: About,
  /** What is to change. */
  change: Change,
  /** When it was committed, in milliseconds of the Unix epoch. */
  at: number,
  /** How it stands. */
  state: OutboxState,
};

export type Change = { "kind": "field",
  /** Which. */
  field: FieldName,
  /** From what. */
  from: Choice,
  /** To what. */
  to: Choice,
}
  | { "kind": "comment",
  /** Its name. */
  saying: SayingId,
  /** The words. */
  text: string,
  /** Who may read it. */
  visibility: Visibility,
};

export type OutboxState = { "kind": "queued" }
  | { "kind": "sending" }
  | { "kind": "signIn" }
  | { "kind": "conflict" }
  | { "kind": "refused",
  /** Why. */
  reason: string,
};

export type SentItem = {
  /** The ticket. */
  about: About,
  /** What changed. */
  change: Change,
  /** When it was confirmed, in milliseconds of the Unix epoch. */
  at: number,
};

export type BulkId = string;

export type BulkView = {
  /** Its name. */
  bulk: BulkId,
  /** The field. */
  field: FieldName,
  /** What it was to be. */
  value: Choice,
  /** How many tickets. */
  total: number,
  /** On these the server has it. */
  done: number,
  /** On these it is queued or on its way. */
  waiting: number,
  /** On these somebody wrote in between: the person decides. */
  conflicted: number,
  /** On these the person has decided otherwise since. */
  dropped: number,
  /** On these it was refused. */
  refused: Array<BulkRefusal>,
};

export type BulkRefusal = {
  /** The ticket. */
  about: About,
  /** Why. */
  reason: string,
};

export type AlertKind = "newTicket" | "assignedToMe" | "assignedToTeam" | "takenFromMe" | "reassigned" | "statusChanged" | "priorityChanged" | "fieldsChanged" | "customerReplied" | "colleagueCommented" | "slaWarning" | "slaBreached" | "conflict" | "editRefused" | "signInNeeded" | "linkLost" | "linkBack";

export type Relation = "mine" | "myTeam" | "unassigned" | "watched" | "other";

export type Whose = "own" | "others" | "nobodys";

export type AlertFact = {
  /** What. */
  kind: AlertKind,
  /** How its ticket stands to the person; empty where it is about no ticket. */
  relations: Array<Relation>,
  /** How pressing its ticket is. */
  severity: Severity,
  /** Whose doing it was. */
  whose: Whose,
};

export type Looking = "atTicket" | "atProgram" | "elsewhere";

export type WhenLooking = "anywhere" | "notAtTicket" | "notAtProgram";

export type ToastLevel = "none" | "quiet" | "normal" | "urgent";

export type SoundClass = "new" | "mine" | "sla" | "critical";

export type Response = {
  /** A toast of the machine. */
  toast: ToastLevel,
  /** A sound. */
  sound: SoundClass | null,
  /** It counts as unread until the ticket is opened. */
  badge: boolean,
  /** The window asks to be looked at. */
  attention: boolean,
  /** The sound comes again until the ticket is read, or for a few minutes. */
  repeats: boolean,
};

export type AlertRule = {
  /** What has to have happened. */
  kind: AlertKind,
  /** How the ticket has to stand to the person; `None`: however. */
  relation: Relation | null,
  /** How pressing it has to be at least; `None`: however. */
  atLeast: Severity | null,
  /** Where the person has to look. */
  looking: WhenLooking,
  /** What is done then. */
  response: Response,
};

export type QuietHours = {
  /** The first minute of them, counted from midnight by the machine's local time. */
  from: number,
  /** The first minute after them. The same as `from`: there are none. */
  to: number,
};

export type Pause = {
  /** Until when, in milliseconds of the Unix epoch by this machine's clock; `None`: until it is ended by hand. */
  until: number | null,
};

export type PauseFor = { "kind": "minutes",
  /** How many. */
  minutes: number,
}
  | { "kind": "until",
  /** When. */
  at: number,
}
  | { "kind": "open" }
  | { "kind": "over" };

export type AlertSettings = {
  /** The table; at most [`RULES_MAX`] lines. */
  rules: Array<AlertRule>,
  /** When nothing calls. */
  quiet: QuietHours | null,
  /** Whether critical tickets call all the same: in quiet hours, in a pause, and while the machine is not to disturb. */
  criticalPasses: boolean,
  /** Whether the machine's own do-not-disturb holds here too. */
  followDoNotDisturb: boolean,
  /** How many minutes before a target the warning comes, 1 to [`WARNING_MAX`]. */
  warnMinutes: number,
  /** The teams that the person calls theirs; at most [`TEAMS_MAX`]. The server does not tell who is in which. */
  teams: string[],
  /** The tickets that the person watches, oldest first; at most [`WATCHED_MAX`]. */
  watched: string[],
};

export type AlertsView = {
  /** What is chosen. */
  settings: AlertSettings,
  /** What "reset" would choose. */
  defaults: AlertSettings,
  /** The pause that runs. */
  pause: Pause | null,
  /** Why it could not be written to disk as it is; `None`: it outlives the program. */
  notKept: string | null,
};

export type Reason = { "kind": "rule" }
  | { "kind": "noRule" }
  | { "kind": "yourOwn" }
  | { "kind": "lookingAtIt" }
  | { "kind": "lookingHere" }
  | { "kind": "quietHours",
  /** The minute of the day at which they end. */
  until: number,
}
  | { "kind": "paused",
  /** Until when, in milliseconds of the Unix epoch; `None`: until ended by hand. */
  until: number | null,
}
  | { "kind": "doNotDisturb" }
  | { "kind": "gathered",
  /** How many others. */
  others: number,
}
  | { "kind": "inSummary" }
  | { "kind": "whileAway" }
  | { "kind": "readFirst" }
  | { "kind": "ended" };

export type Verdict = {
  /** The toast. */
  toast: ToastLevel,
  /** The sound. */
  sound: SoundClass | null,
  /** Whether it counts as unread. */
  badge: boolean,
  /** Whether the window asks to be looked at. */
  attention: boolean,
  /** Whether the sound comes again until it is read. */
  repeats: boolean,
  /** Why. */
  reason: Reason,
};

export type ActivityEntry = {
  /** Counts up; a later entry has a higher one. */
  number: number,
  /** When it was learnt, in milliseconds of the Unix epoch by this machine's clock. */
  at: number,
  /** What. */
  kind: AlertKind,
  /** On which ticket, where on one. */
  about: About | null,
  /** Who did it, where that is known. */
  who: string | null,
  /** The fields that it is about. */
  fields: FieldName[],
  /** What a sentence about it ends with: the new status, who it was given to, why it was refused. `None`: nothing stands there
 * now, or the sentence is whole without. */
  detail: string | null,
  /** How pressing its ticket was. */
  severity: Severity,
  /** What was done about it, and why. */
  verdict: Verdict,
};

export type ActivityFilter = {
  /** Only of this ticket. */
  ticket: string | null,
  /** Only of this kind. */
  kind: AlertKind | null,
  /** Only by what was done. */
  told: ToldFilter,
};

export type ToldFilter = "all" | "called" | "silent";

export type ActivityChange = { "kind": "reset",
  /** How many there are that the filter lets through, on all pages. */
  total: number,
  /** The newest of this page. */
  entries: Array<ActivityEntry>,
}
  | { "kind": "added",
  /** How many there are that the filter lets through, on all pages. */
  total: number,
  /** The new ones. */
  entries: Array<ActivityEntry>,
};

export type EventType = string;

export type CatalogView = {
  /** How far it is known. */
  state: CatalogState,
  /** Every kind in the catalogue's order; at most [`KINDS_MAX`]. */
  kinds: Array<EventKind>,
  /** How many there are beyond those. */
  more: number,
};

export type CatalogState = { "kind": "loading" }
  | { "kind": "known" }
  | { "kind": "offline" }
  | { "kind": "signedOut" }
  | { "kind": "forbidden" }
  | { "kind": "missing" }
  | { "kind": "failed",
  /** Its words, or ours. */
  reason: string,
};

export type EventKind = {
  /** Its name in the catalogue. */
  eventType: EventType,
  /** Its name for people. */
  name: string,
  /** What happened then. */
  about: string,
  /** What it belongs to: tickets, scheduling, … */
  domain: string,
  /** Whether the server sends it by itself; what it does not send can only be simulated. */
  emitted: boolean,
};

export type EventForm = {
  /** Of which kind. */
  eventType: EventType,
  /** The payload as a whole: a group of fields, or, where its schema cannot be drawn, a text of JSON. */
  root: FormField,
};

export type FormField = {
  /** Its name in the payload; empty for the payload itself and for the things of a list. */
  name: string,
  /** What the schema says about it. */
  about: string | null,
  /** Whether it must be filled in. */
  required: boolean,
  /** Whether it may be `null`. */
  nullable: boolean,
  /** Whether the server fills it in where nothing is given. */
  filledByServer: boolean,
  /** What can be filled in. */
  input: FormInput,
  /** Something that fits, as far as can be known; none where nothing does. */
  example: unknown,
};

export type FormInput = { "kind": "text",
  /** How they are to be written, in the schema's own word: `uuid`, `date-time`, `email`. */
  format: string | null,
}
  | { "kind": "number",
  /** A whole one. */
  whole: boolean,
  /** From here on. */
  least: number | null,
  /** Up to here. */
  most: number | null,
}
  | { "kind": "flag" }
  | { "kind": "oneOf",
  /** At most [`FORM_CHOICES_MAX`]. */
  choices: (string | number | boolean | null)[],
}
  | { "kind": "group",
  /** In the schema's order. */
  fields: Array<FormField>,
}
  | { "kind": "list",
  /** Each of them. */
  of: FormField,
  /** At least so many. */
  least: number,
}
  | { "kind": "json",
  /** Why it is not drawn. */
  why: Undrawn,
};

export type Undrawn = "anything" | "ownNames" | "unknown" | "tooMuch";

export type EventLogView = {
  /** Of which kind. */
  eventType: EventType,
  /** How far it is known. What was read before stays where a later reading fails. */
  state: CatalogState,
  /** Newest first; at most [`LOGGED_MAX`]. */
  events: Array<EventEntry>,
};

export type EventEntry = {
  /** Its place in the log. */
  place: number,
  /** Its name. */
  event: string,
  /** When it happened, in milliseconds of the Unix epoch by the server's clock. */
  at: number,
  /** Whether nothing of it happened. */
  simulated: boolean,
  /** Who did it, as the payload says: `USER`, `CONTACT` or `SYSTEM`, and who of them. */
  actor: string | null,
  /** What makes the same thing told twice be known as the same, where the payload says so. */
  idempotencyKey: string | null,
  /** What it says, as JSON; cut where it is long. */
  payload: string,
};

export type SimulationView = {
  /** The number under which the window sent it. */
  attempt: number,
  /** Of which kind. */
  eventType: EventType,
  /** What became of it. */
  fate: SimulationFate,
};

export type SimulationFate = { "kind": "sending" }
  | { "kind": "notSent",
  /** Why. */
  why: NotSent,
}
  | { "kind": "unanswered" }
  | { "kind": "refused",
  /** Its words. */
  reason: string,
  /** What is wrong with the payload. */
  faults: Array<FieldFault>,
}
  | { "kind": "told",
  /** Its name. */
  event: string,
}
  | { "kind": "arrived",
  /** Its name. */
  event: string,
  /** When it happened, in milliseconds of the Unix epoch by the server's clock. */
  at: number,
  /** Whether the log says of it that nothing of it happened. */
  simulated: boolean,
}
  | { "kind": "notSeen",
  /** Its name. */
  event: string,
  /** After so many seconds. */
  seconds: number,
};

export type NotSent = "offline" | "signedOut" | "tooLarge" | "busy";

export type FieldFault = {
  /** Where: names of fields, and places in lists; empty for the payload as a whole. */
  path: Array<string>,
  /** What. */
  message: string,
};

export type Place = { "kind": "ticket",
  /** Which. */
  ticket: string,
}
  | { "kind": "activity" }
  | { "kind": "outbox" }
  | { "kind": "program" };
