//! The window's types are generated from the bridge, so that the two sides cannot drift apart unnoticed.
//!
//! **Invariant:** nothing is typed by hand on the window's side that crosses the bridge.
#![cfg(feature = "ts")]

use std::path::PathBuf;

use callboard_desk::bridge::*;
use callboard_model::Field;
use ts_rs::{Config, TS};

#[test]
fn the_generated_types_are_those_of_the_bridge() {
    let wanted = generated();
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../ui/src/bridge/generated.ts");
    if std::env::var("CALLBOARD_CODEGEN").is_ok_and(|mode| mode == "write") {
        std::fs::create_dir_all(path.parent().expect("a file in a folder")).expect("a folder to write to");
        std::fs::write(&path, &wanted).expect("a file to write");
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == wanted,
        "ui/src/bridge/generated.ts is not what crates/desk/src/bridge says: run `cargo xtask codegen` and commit it"
    );
}

/// The whole file.
fn generated() -> String {
    let fields: Vec<String> = Field::ALL.iter().map(|field| format!("{:?}", field.name())).collect();
    let declarations: Vec<String> = declarations().iter().map(|one| laid_out(one)).collect();
    format!(
        "// Generated from crates/desk/src/bridge by `cargo xtask codegen`. Do not edit.\n\n\
         export type Value = null | boolean | number | string;\n\n\
         export type FieldName =\n  | {};\n\n\
         export const LINES_MAX = {LINES_MAX};\n\n\
         export const BULK_MAX = {BULK_MAX};\n\n\
         export const CHIPS_MAX = {CHIPS_MAX};\n\n\
         export const SAVED_NAME_MAX = {SAVED_NAME_MAX};\n\n\
         export const ZOOMS = {ZOOMS:?} as const;\n\n\
         export const FORM_ITEMS_MAX = {FORM_ITEMS_MAX};\n\n\
         export const PLAN_FORMS_MAX = {PLAN_FORMS_MAX};\n\n\
         export {}\n",
        fields.join("\n  | "),
        declarations.join("\n\nexport ")
    )
}

/// One line per member and per case, as a person would write it.
fn laid_out(declaration: &str) -> String {
    declaration
        .replace("\n/**\n * ", "\n  /** ")
        .replace("\n */\n", " */\n  ")
        .replace(" \n", "\n")
        .replace(", }", ",\n}")
        .replace(" | {", "\n  | {")
}

/// Every type of the bridge, in the order of the bridge.
fn declarations() -> Vec<String> {
    // Not from the environment: the file must not depend on who generates it.
    let config = Config::new();
    vec![
        ViewId::decl(&config),
        Command::decl(&config),
        BoardQuery::decl(&config),
        Chip::decl(&config),
        ChipKind::decl(&config),
        OpenFilter::decl(&config),
        Sort::decl(&config),
        SortBy::decl(&config),
        Grouping::decl(&config),
        ChoosingBy::decl(&config),
        SavedView::decl(&config),
        SavedViewId::decl(&config),
        Column::decl(&config),
        ViewRefusal::decl(&config),
        ViewSummary::decl(&config),
        ChipsView::decl(&config),
        NamedChip::decl(&config),
        OffersView::decl(&config),
        Offer::decl(&config),
        Update::decl(&config),
        SetupView::decl(&config),
        SetupCode::decl(&config),
        ShellCommand::decl(&config),
        ProfilesView::decl(&config),
        ProfileView::decl(&config),
        ProfileKind::decl(&config),
        Attempt::decl(&config),
        ConnectCode::decl(&config),
        KeyPlace::decl(&config),
        WindowKind::decl(&config),
        Lack::decl(&config),
        Habits::decl(&config),
        ZoomStep::decl(&config),
        Autostart::decl(&config),
        HabitsView::decl(&config),
        BoardChange::decl(&config),
        PlacedLine::decl(&config),
        Line::decl(&config),
        Heading::decl(&config),
        Slack::decl(&config),
        Severity::decl(&config),
        Tone::decl(&config),
        Row::decl(&config),
        Unsent::decl(&config),
        Face::decl(&config),
        FaceState::decl(&config),
        Choice::decl(&config),
        TicketView::decl(&config),
        Access::decl(&config),
        Source::decl(&config),
        FieldView::decl(&config),
        Input::decl(&config),
        FieldState::decl(&config),
        ConflictView::decl(&config),
        LinkView::decl(&config),
        Live::decl(&config),
        Reach::decl(&config),
        Saving::decl(&config),
        Support::decl(&config),
        Counts::decl(&config),
        Notice::decl(&config),
        PlansView::decl(&config),
        PlansKnown::decl(&config),
        PlanView::decl(&config),
        PlanTime::decl(&config),
        PlanRemoval::decl(&config),
        PlanFormView::decl(&config),
        PlanFields::decl(&config),
        PlanInstant::decl(&config),
        PlanSave::decl(&config),
        PlanBanner::decl(&config),
        PlanWriter::decl(&config),
        PlanTrouble::decl(&config),
        PlanFault::decl(&config),
        PlanField::decl(&config),
        PlanDeed::decl(&config),
        CommentsView::decl(&config),
        ComposerView::decl(&config),
        CommentDraft::decl(&config),
        Older::decl(&config),
        CommentView::decl(&config),
        PendingComment::decl(&config),
        SayingId::decl(&config),
        Visibility::decl(&config),
        About::decl(&config),
        NeedsView::decl(&config),
        NeedsItem::decl(&config),
        Need::decl(&config),
        DecisionId::decl(&config),
        UndoView::decl(&config),
        VerdictKind::decl(&config),
        OutboxView::decl(&config),
        OutboxItem::decl(&config),
        Change::decl(&config),
        OutboxState::decl(&config),
        SentItem::decl(&config),
        BulkId::decl(&config),
        BulkView::decl(&config),
        BulkRefusal::decl(&config),
        AlertKind::decl(&config),
        Relation::decl(&config),
        Whose::decl(&config),
        AlertFact::decl(&config),
        Looking::decl(&config),
        WhenLooking::decl(&config),
        ToastLevel::decl(&config),
        SoundClass::decl(&config),
        Response::decl(&config),
        AlertRule::decl(&config),
        QuietHours::decl(&config),
        Pause::decl(&config),
        PauseFor::decl(&config),
        AlertSettings::decl(&config),
        AlertsView::decl(&config),
        Reason::decl(&config),
        Verdict::decl(&config),
        ActivityEntry::decl(&config),
        ActivityFilter::decl(&config),
        ToldFilter::decl(&config),
        ActivityChange::decl(&config),
        EventType::decl(&config),
        CatalogView::decl(&config),
        CatalogState::decl(&config),
        EventKind::decl(&config),
        EventForm::decl(&config),
        FormField::decl(&config),
        FormInput::decl(&config),
        Undrawn::decl(&config),
        EventLogView::decl(&config),
        EventEntry::decl(&config),
        SimulationView::decl(&config),
        SimulationFate::decl(&config),
        NotSent::decl(&config),
        FieldFault::decl(&config),
        Place::decl(&config),
    ]
}
