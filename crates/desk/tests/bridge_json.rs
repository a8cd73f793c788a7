//! The JSON of the bridge: what headless mode and the window read and write.
//!
//! **Invariant:** every case of a bridge enum can be written and read back; a derive alone does not promise that.
#![cfg(test)]

use std::fmt::Debug;

use callboard_desk::bridge::*;
use callboard_model::{Field, Value};
use serde::Serialize;
use serde::de::DeserializeOwned;

fn check<T: Serialize + DeserializeOwned + PartialEq + Debug>(message: &T, json: &str) {
    assert_eq!(serde_json::to_string(message).expect("a message can be written"), json);
    assert_eq!(&serde_json::from_str::<T>(json).expect("a message can be read"), message);
}

fn face() -> Face {
    Face {
        user: "u".to_owned(),
        name: "Lee".to_owned(),
        initials: "L".to_owned(),
        color: "#112233".to_owned(),
        editing: Some(Field::Status),
        state: FaceState::Here,
        since: 7,
    }
}

const FACE: &str = r##"{"user":"u","name":"Lee","initials":"L","color":"#112233","editing":"status_id","state":"here","since":7}"##;

fn choice() -> Choice {
    Choice { value: Value::from("s1"), label: "New".to_owned(), tone: Some(Tone::Work), severity: None }
}

const CHOICE: &str = r#"{"value":"s1","label":"New","tone":"work","severity":null}"#;

#[test]
fn a_person_known_or_not_and_a_list_can_be_told() {
    check(&Update::Me(None), r#"{"is":"me","value":null}"#);
    check(&Update::Me(Some(face())), &format!(r#"{{"is":"me","value":{FACE}}}"#));
    check(&Update::Boards(vec![choice()]), &format!(r#"{{"is":"boards","value":[{CHOICE}]}}"#));
    check(&Update::Boards(Vec::new()), r#"{"is":"boards","value":[]}"#);
}

#[test]
fn lines_of_a_board_can_be_told() {
    let view = ViewId("all".into());
    let heading = Line::Heading { heading: Heading::Status(None), count: 2 };
    let reset = BoardChange::Reset { total: 3, first: 0, lines: vec![heading] };
    check(
        &Update::Board { view: view.clone(), rev: 1, change: reset },
        r#"{"is":"board","value":{"view":"all","rev":1,"change":{"kind":"reset","total":3,"first":0,"lines":[{"kind":"heading","heading":{"kind":"status","value":null},"count":2}]}}}"#,
    );
    let row = Row {
        ticket: "t".into(),
        number: "7".into(),
        title: "<b>".into(),
        client: None,
        location: None,
        status: choice(),
        severity: Severity::High,
        assignee: None,
        team: Some("North".into()),
        category: None,
        entered: Some(5),
        updated: None,
        due: Some(-1),
        slack: Slack::Breached,
        faces: Vec::new(),
        unsent: Unsent::NeedsYou,
        lit: vec![Field::Title],
    };
    let patch = BoardChange::Patch { total: 3, lines: vec![PlacedLine { at: 1, line: Line::Ticket(row) }] };
    check(
        &Update::Board { view, rev: 2, change: patch },
        &format!(
            r#"{{"is":"board","value":{{"view":"all","rev":2,"change":{{"kind":"patch","total":3,"lines":[{{"at":1,"line":{{"kind":"ticket","ticket":"t","number":"7","title":"<b>","client":null,"location":null,"status":{CHOICE},"severity":"high","assignee":null,"team":"North","category":null,"entered":5,"updated":null,"due":-1,"slack":"breached","faces":[],"unsent":"needsYou","lit":["title"]}}}}]}}}}}}"#
        ),
    );
}

#[test]
fn every_state_of_a_field_can_be_told() {
    let conflict =
        ConflictView { mine: choice(), theirs: choice(), by: Some("Bob".to_owned()), at: 5, draft: true };
    for (state, json) in [
        (FieldState::Confirmed { saved_at: None }, r#"{"kind":"confirmed","savedAt":null}"#.to_owned()),
        (FieldState::Draft { kept: true }, r#"{"kind":"draft","kept":true}"#.to_owned()),
        (FieldState::Queued, r#"{"kind":"queued"}"#.to_owned()),
        (FieldState::Sending, r#"{"kind":"sending"}"#.to_owned()),
        (FieldState::Refused { reason: "No".to_owned() }, r#"{"kind":"refused","reason":"No"}"#.to_owned()),
        (
            FieldState::Conflict(conflict),
            format!(
                r#"{{"kind":"conflict","mine":{CHOICE},"theirs":{CHOICE},"by":"Bob","at":5,"draft":true}}"#
            ),
        ),
    ] {
        check(&state, &json);
    }
}

#[test]
fn a_passing_notice_can_be_told() {
    let notice = Notice::Changed {
        ticket: "t".into(),
        number: "7".into(),
        who: "Bob".to_owned(),
        fields: vec![Field::Priority],
    };
    check(
        &Update::Notice(notice),
        r#"{"is":"notice","value":{"kind":"changed","ticket":"t","number":"7","who":"Bob","fields":["priority_id"]}}"#,
    );
}

#[test]
fn commands_are_named_by_what_they_do() {
    check(&Command::Hello, r#"{"do":"hello"}"#);
    check(
        &Command::OpenView { view: ViewId("all".into()), query: BoardQuery::default() },
        r#"{"do":"openView","view":"all","query":{"search":"","open":"open","chips":[],"sort":{"by":"due","descending":false},"group":"due"}}"#,
    );
    check(
        &Command::KeepYours { ticket: "t".into(), field: Field::Title, theirs: "Theirs".into() },
        r#"{"do":"keepYours","ticket":"t","field":"title","theirs":"Theirs"}"#,
    );
    check(
        &Command::TakeTheirs { ticket: "t".into(), field: Field::Title, mine: "Mine".into() },
        r#"{"do":"takeTheirs","ticket":"t","field":"title","mine":"Mine"}"#,
    );
    for (value, json) in [
        (Value::Empty, "null"),
        (Value::Flag(true), "true"),
        (Value::Number(-3), "-3"),
        (Value::from("null"), r#""null""#),
    ] {
        check(
            &Command::Edit { ticket: "t".into(), field: Field::Assignee, value },
            &format!(r#"{{"do":"edit","ticket":"t","field":"assigned_to","value":{json}}}"#),
        );
    }
}

#[test]
fn what_no_command_knows_is_refused_and_not_ignored() {
    for json in [
        r#"{"do":"explode"}"#,
        r#"{"do":"closeTicket","ticket":"t","force":true}"#,
        r#"{"do":"edit","ticket":"t","field":"updated_at","value":"now"}"#,
        r#"{"do":"edit","ticket":"t","field":"title","value":["a"]}"#,
        r#"{"do":"showLines","view":"all","first":-1,"count":10}"#,
    ] {
        assert!(serde_json::from_str::<Command>(json).is_err(), "{json}");
    }
}

#[test]
fn a_query_its_chips_and_what_is_saved_of_it_can_be_told() {
    let chips = vec![
        Chip::Status("s".into()),
        Chip::Priority(Value::Empty),
        Chip::Assignee(Value::Empty),
        Chip::Mine,
        Chip::Team("t".into()),
        Chip::Client("c".into()),
        Chip::Board("b".into()),
        Chip::Place("p".into()),
        Chip::Category("k".into()),
        Chip::Due(Slack::Breached),
        Chip::Work(Unsent::NeedsYou),
        Chip::Watched,
    ];
    let sort = Sort { by: SortBy::Age, descending: true };
    let query = BoardQuery { chips, sort, group: Grouping::Team, ..BoardQuery::default() };
    let json = r#"{"search":"","open":"open","chips":[{"by":"status","is":"s"},{"by":"priority","is":null},{"by":"assignee","is":null},{"by":"mine"},{"by":"team","is":"t"},{"by":"client","is":"c"},{"by":"board","is":"b"},{"by":"place","is":"p"},{"by":"category","is":"k"},{"by":"due","is":"breached"},{"by":"work","is":"needsYou"},{"by":"watched"}],"sort":{"by":"age","descending":true},"group":"team"}"#;
    check(&query, json);
    let saved = SavedView {
        id: SavedViewId("1".into()),
        name: "Mine".to_owned(),
        query: query.clone(),
        columns: vec![Column::Number, Column::Place],
    };
    check(
        &Update::Views([saved].into()),
        &format!(
            r#"{{"is":"views","value":[{{"id":"1","name":"Mine","query":{json},"columns":["number","place"]}}]}}"#
        ),
    );
    check(
        &Command::SaveView { saved: None, name: "Mine".to_owned(), query, columns: vec![Column::Age] },
        &format!(r#"{{"do":"saveView","saved":null,"name":"Mine","query":{json},"columns":["age"]}}"#),
    );
    check(
        &Notice::ViewNotKept { name: "Mine".to_owned(), why: ViewRefusal::TooMany { most: 50 } },
        r#"{"kind":"viewNotKept","name":"Mine","why":{"kind":"tooMany","most":50}}"#,
    );
}

#[test]
fn how_a_view_stands_and_what_stands_in_a_composer_can_be_told() {
    let view = ViewId("all".into());
    check(
        &Command::Choosing { view: view.clone(), by: ChoosingBy::Keyboard, on: true },
        r#"{"do":"choosing","view":"all","by":"keyboard","on":true}"#,
    );
    check(
        &Update::View(ViewSummary { view, tickets: 7, waiting: 4, held: true }),
        r#"{"is":"view","value":{"view":"all","tickets":7,"waiting":4,"held":true}}"#,
    );
    let draft = CommentDraft { text: "On my".into(), visibility: Visibility::Internal, kept: false };
    check(
        &Update::Composer(ComposerView { ticket: "t".into(), draft: Some(draft) }),
        r#"{"is":"composer","value":{"ticket":"t","draft":{"text":"On my","visibility":"internal","kept":false}}}"#,
    );
}

fn created() -> EventType {
    EventType("TICKET_CREATED".into())
}

#[test]
fn what_is_known_of_events_can_be_asked_and_told() {
    let payload = serde_json::json!({"ticketId": "t", "n": 1.5, "none": null}).as_object().cloned();
    check(
        &Command::Simulate { attempt: 3, event_type: created(), payload: payload.expect("an object") },
        r#"{"do":"simulate","attempt":3,"eventType":"TICKET_CREATED","payload":{"n":1.5,"none":null,"ticketId":"t"}}"#,
    );
    let not_a_payload = r#"{"do":"simulate","attempt":3,"eventType":"X","payload":[]}"#;
    assert!(serde_json::from_str::<Command>(not_a_payload).is_err(), "a payload is an object");
    check(
        &Command::ChooseEvent { event_type: created() },
        r#"{"do":"chooseEvent","eventType":"TICKET_CREATED"}"#,
    );
    let kind = EventKind {
        event_type: created(),
        name: "Ticket Created".to_owned(),
        about: "There is a new ticket.".to_owned(),
        domain: "Tickets".to_owned(),
        emitted: true,
    };
    check(
        &Update::Catalog(CatalogView { state: CatalogState::Known, kinds: [kind].into(), more: 2 }),
        r#"{"is":"catalog","value":{"state":{"kind":"known"},"kinds":[{"eventType":"TICKET_CREATED","name":"Ticket Created","about":"There is a new ticket.","domain":"Tickets","emitted":true}],"more":2}}"#,
    );
}

#[test]
fn a_form_can_be_told() {
    let field = |name: &str, input| FormField {
        name: name.to_owned(),
        about: None,
        required: true,
        nullable: false,
        filled_by_server: false,
        input,
        example: None,
    };
    let number = FormInput::Number { whole: true, least: Some(0.into()), most: None };
    let inputs = vec![
        field("a", FormInput::Text { format: Some("uuid".to_owned()) }),
        field("b", FormInput::List { of: Box::new(field("", number)), least: 1 }),
        field("c", FormInput::OneOf { choices: vec!["x".into(), serde_json::Value::Null] }),
        field("d", FormInput::Json { why: Undrawn::OwnNames }),
        field("e", FormInput::Flag),
    ];
    let form = EventForm { event_type: created(), root: field("", FormInput::Group { fields: inputs }) };
    let json = serde_json::to_string(&Update::EventForm(form.clone())).expect("a form can be written");
    let rest = r#""about":null,"required":true,"nullable":false,"filledByServer":false"#;
    for part in [
        format!(r#"{{"name":"a",{rest},"input":{{"kind":"text","format":"uuid"}},"example":null}}"#),
        format!(r#""of":{{"name":"",{rest},"input":{{"kind":"number","whole":true,"least":0,"most":null}}"#),
        r#""input":{"kind":"oneOf","choices":["x",null]}"#.to_owned(),
        r#""input":{"kind":"json","why":"ownNames"}"#.to_owned(),
    ] {
        assert!(json.contains(&part), "{part}: {json}");
    }
    check(&Update::EventForm(form), &json);
}

#[test]
fn what_became_of_an_event_can_be_told() {
    let entry = EventEntry {
        place: 7,
        event: "e".into(),
        at: 5,
        simulated: true,
        actor: None,
        idempotency_key: Some("k".to_owned()),
        payload: "{}".to_owned(),
    };
    check(
        &Update::EventLog(EventLogView {
            event_type: created(),
            state: CatalogState::Failed { reason: "No.".to_owned() },
            events: [entry].into(),
        }),
        r#"{"is":"eventLog","value":{"eventType":"TICKET_CREATED","state":{"kind":"failed","reason":"No."},"events":[{"place":7,"event":"e","at":5,"simulated":true,"actor":null,"idempotencyKey":"k","payload":"{}"}]}}"#,
    );
    let fault = FieldFault { path: vec!["a".to_owned(), "0".to_owned()], message: "No.".to_owned() };
    for (fate, json) in [
        (SimulationFate::Sending, r#"{"kind":"sending"}"#),
        (SimulationFate::NotSent { why: NotSent::TooLarge }, r#"{"kind":"notSent","why":"tooLarge"}"#),
        (
            SimulationFate::Refused { reason: "No.".to_owned(), faults: vec![fault] },
            r#"{"kind":"refused","reason":"No.","faults":[{"path":["a","0"],"message":"No."}]}"#,
        ),
        (
            SimulationFate::NotSeen { event: "e".into(), seconds: 15 },
            r#"{"kind":"notSeen","event":"e","seconds":15}"#,
        ),
    ] {
        check(
            &Update::Simulation(SimulationView { attempt: 1, event_type: created(), fate }),
            &format!(
                r#"{{"is":"simulation","value":{{"attempt":1,"eventType":"TICKET_CREATED","fate":{json}}}}}"#
            ),
        );
    }
}

/// What a reader says that it expects where it meets a name that it does not know.
fn names<T: DeserializeOwned + Debug>(unknown: &str) -> Vec<String> {
    let said = serde_json::from_str::<T>(unknown).expect_err("nothing has this name").to_string();
    let expected = said.split_once("expected one of ").expect("a list of names").1.to_owned();
    expected.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// Whoever drives the console by lines finds each of them told.
#[test]
fn every_command_and_every_update_is_told_in_the_page_about_lines() {
    let page = include_str!("../../../docs/headless.md");
    let commands = names::<Command>(r#"{"do":"no such thing"}"#);
    let updates = names::<Update>(r#"{"is":"no such thing","value":null}"#);
    assert!(commands.len() > 40 && updates.len() > 15, "{commands:?} {updates:?}");
    let untold: Vec<_> =
        commands.iter().chain(&updates).filter(|name| !page.contains(&format!("`{name}`"))).collect();
    assert!(untold.is_empty(), "docs/headless.md says nothing of {untold:?}");
}

#[test]
fn what_calls_the_person_can_be_chosen_and_told() {
    let quiet = Response {
        toast: ToastLevel::Quiet,
        sound: Some(SoundClass::Sla),
        badge: true,
        attention: false,
        repeats: false,
    };
    let rule = AlertRule {
        kind: AlertKind::SlaWarning,
        relation: Some(Relation::MyTeam),
        at_least: Some(Severity::High),
        looking: WhenLooking::NotAtTicket,
        response: quiet,
    };
    check(
        &rule,
        r#"{"kind":"slaWarning","relation":"myTeam","atLeast":"high","looking":"notAtTicket","response":{"toast":"quiet","sound":"sla","badge":true,"attention":false,"repeats":false}}"#,
    );
    for (pause, json) in [
        (PauseFor::Minutes { minutes: 15 }, r#"{"kind":"minutes","minutes":15}"#),
        (PauseFor::Until { at: 5 }, r#"{"kind":"until","at":5}"#),
        (PauseFor::Open, r#"{"kind":"open"}"#),
        (PauseFor::Over, r#"{"kind":"over"}"#),
    ] {
        check(&Command::PauseAlerts { pause }, &format!(r#"{{"do":"pauseAlerts","pause":{json}}}"#));
    }
    check(&Command::MarkRead { ticket: None }, r#"{"do":"markRead","ticket":null}"#);
    let settings = AlertSettings::default();
    let json = serde_json::to_string(&settings).expect("settings can be written");
    check(&Command::SetAlerts { settings }, &format!(r#"{{"do":"setAlerts","settings":{json}}}"#));
}

#[test]
fn every_reason_can_be_told() {
    for (reason, json) in [
        (Reason::Rule, r#"{"kind":"rule"}"#),
        (Reason::NoRule, r#"{"kind":"noRule"}"#),
        (Reason::YourOwn, r#"{"kind":"yourOwn"}"#),
        (Reason::LookingAtIt, r#"{"kind":"lookingAtIt"}"#),
        (Reason::LookingHere, r#"{"kind":"lookingHere"}"#),
        (Reason::QuietHours { until: 420 }, r#"{"kind":"quietHours","until":420}"#),
        (Reason::Paused { until: None }, r#"{"kind":"paused","until":null}"#),
        (Reason::DoNotDisturb, r#"{"kind":"doNotDisturb"}"#),
        (Reason::Gathered { others: 3 }, r#"{"kind":"gathered","others":3}"#),
        (Reason::InSummary, r#"{"kind":"inSummary"}"#),
        (Reason::WhileAway, r#"{"kind":"whileAway"}"#),
        (Reason::ReadFirst, r#"{"kind":"readFirst"}"#),
        (Reason::Ended, r#"{"kind":"ended"}"#),
    ] {
        check(&reason, json);
    }
    for (place, json) in [
        (Place::Ticket { ticket: "t".into() }, r#"{"kind":"ticket","ticket":"t"}"#),
        (Place::Activity, r#"{"kind":"activity"}"#),
        (Place::Program, r#"{"kind":"program"}"#),
    ] {
        check(&Update::Show(place), &format!(r#"{{"is":"show","value":{json}}}"#));
    }
    let toast = Toast {
        id: ToastId::Link,
        rev: 2,
        title: "No connection".to_owned(),
        body: String::new(),
        buttons: vec![ToastButton { action: ToastAction::Open, label: "Open".to_owned() }],
        level: ToastLevel::Urgent,
        replaces: true,
    };
    check(
        &Signal::Toast(toast),
        r#"{"is":"toast","value":{"id":{"of":"link"},"rev":2,"title":"No connection","body":"","buttons":[{"action":"open","label":"Open"}],"level":"urgent","replaces":true}}"#,
    );
    check(
        &Signal::Badge { count: 0, latest: Vec::new() },
        r#"{"is":"badge","value":{"count":0,"latest":[]}}"#,
    );
    check(&Signal::Raise { window: None }, r#"{"is":"raise","value":{"window":null}}"#);
    check(&Signal::Sound(SoundClass::New), r#"{"is":"sound","value":"new"}"#);
}
