//! What a line means, in and out.
//!
//! **Invariant:** a line in is a command of the bridge's own vocabulary, with the name of a window beside it, or what
//! the machine around a window does: closing it, and clicking a toast.

use std::sync::Arc;

use callboard_desk::bridge::{Command, SetupView, Signal, ToastAction, ToastId, Update};
use callboard_desk::session::effect::WindowId;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::bridge::{IpcError, read};

/// The window that is meant when a line names none.
const WINDOW: &str = "main";
/// The longest name of a window.
const WINDOW_BYTES_MAX: usize = 64;
/// Which lines these are; +1 when an old reader would misunderstand a new one.
const PROTOCOL: u32 = 1;

/// Something to be done.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// A window wants this.
    Command(Arc<str>, Command),
    /// A window is gone: what it had open is left.
    CloseWindow(Arc<str>),
    /// The person clicked a toast of the machine.
    ClickToast(Click),
}

/// A click on a toast.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Click {
    pub(super) toast: ToastId,
    /// The number that the toast had.
    pub(super) rev: u32,
    pub(super) action: ToastAction,
}

impl Order {
    /// Reads a line; `None` for an empty one.
    pub(super) fn read(line: &str) -> Result<Option<Self>, Problem> {
        if line.trim().is_empty() {
            return Ok(None);
        }
        let mut json: Value = serde_json::from_str(line).map_err(|error| Problem::no_json(&error))?;
        let object = json.as_object_mut().ok_or_else(Problem::no_object)?;
        let window = match object.remove("window") {
            None => WINDOW.into(),
            Some(Value::String(name)) if (1..=WINDOW_BYTES_MAX).contains(&name.len()) => name.into(),
            Some(_) => return Err(Problem::no_window()),
        };
        if object.get("do").is_some_and(|what| what == "closeWindow") && object.len() == 1 {
            return Ok(Some(Self::CloseWindow(window)));
        }
        if object.get("do").is_some_and(|what| what == "clickToast") {
            object.remove("do");
            let click = serde_json::from_value(json).map_err(|error| Problem::no_click(&error))?;
            return Ok(Some(Self::ClickToast(click)));
        }
        Ok(Some(Self::Command(window, read(json)?)))
    }
}

/// Why a line was not obeyed.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Problem {
    code: &'static str,
    message: String,
}

impl Problem {
    fn no_json(error: &serde_json::Error) -> Self {
        Self { code: "badLine", message: error.to_string() }
    }

    fn no_object() -> Self {
        Self { code: "badLine", message: "a line is one JSON object".to_owned() }
    }

    fn no_window() -> Self {
        let message = format!("a window's name is a text of 1 to {WINDOW_BYTES_MAX} bytes");
        Self { code: "badLine", message }
    }

    fn no_click(error: &serde_json::Error) -> Self {
        Self { code: "badCommand", message: error.to_string() }
    }

    pub(super) fn too_long() -> Self {
        let message = format!("a line has at most {} bytes", super::input::LINE_BYTES_MAX);
        Self { code: "lineTooLong", message }
    }
}

impl From<IpcError> for Problem {
    fn from(error: IpcError) -> Self {
        Self { code: error.code, message: error.message }
    }
}

/// Something that is said.
#[derive(Debug)]
pub(super) enum Said {
    /// Commands are heard from now on.
    Ready,
    /// A window is told something.
    Update(WindowId, Update),
    /// Something is asked of the machine around the windows.
    Signal(Signal),
    /// What keeps the program from its work, or what it did about it.
    Setup(SetupView),
    /// The line of this number was not obeyed.
    Problem(Problem, u64),
}

impl Said {
    /// The line, without its end.
    pub(super) fn line(&self) -> serde_json::Result<String> {
        #[derive(Serialize)]
        struct Told<'a> {
            window: &'a str,
            #[serde(flatten)]
            update: &'a Update,
        }
        #[derive(Serialize)]
        #[serde(tag = "is", content = "value", rename_all = "camelCase")]
        enum Own<'a> {
            Ready {
                protocol: u32,
                version: &'static str,
            },
            Setup(&'a SetupView),
            Problem {
                line: u64,
                #[serde(flatten)]
                problem: &'a Problem,
            },
        }
        match self {
            Self::Ready => {
                serde_json::to_string(&Own::Ready { protocol: PROTOCOL, version: env!("CARGO_PKG_VERSION") })
            }
            Self::Update(window, update) => serde_json::to_string(&Told { window: &window.0, update }),
            Self::Signal(signal) => serde_json::to_string(signal),
            Self::Setup(view) => serde_json::to_string(&Own::Setup(view)),
            Self::Problem(problem, line) => serde_json::to_string(&Own::Problem { line: *line, problem }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use callboard_desk::bridge::Counts;

    #[test]
    fn a_line_is_a_command_of_the_bridge_with_a_window_beside_it() {
        let open = |window: &str| {
            Ok(Some(Order::Command(window.into(), Command::OpenTicket { ticket: "t1".into() })))
        };
        for (line, order) in [
            (r#"{"do":"openTicket","ticket":"t1"}"#, open("main")),
            (r#"{"window":"b","do":"openTicket","ticket":"t1"}"#, open("b")),
            (r#"{"do":"hello"}"#, Ok(Some(Order::Command("main".into(), Command::Hello)))),
            (r#"{"do":"closeWindow","window":"b"}"#, Ok(Some(Order::CloseWindow("b".into())))),
            (
                r#"{"do":"clickToast","toast":{"of":"ticket","ticket":"t1"},"rev":3,"action":"keepYours"}"#,
                Ok(Some(Order::ClickToast(Click {
                    toast: ToastId::Ticket("t1".into()),
                    rev: 3,
                    action: ToastAction::KeepYours,
                }))),
            ),
            ("", Ok(None)),
            ("  \r", Ok(None)),
        ] {
            assert_eq!(Order::read(line), order, "{line}");
        }
    }

    #[test]
    fn what_is_no_command_is_refused_with_a_code() {
        let long = format!(r#"{{"window":"{}","do":"hello"}}"#, "w".repeat(WINDOW_BYTES_MAX + 1));
        for (line, code) in [
            ("hello", "badLine"),
            ("[]", "badLine"),
            (r#"{"do":"hello""#, "badLine"),
            (r#"{"window":"","do":"hello"}"#, "badLine"),
            (r#"{"window":7,"do":"hello"}"#, "badLine"),
            (&long, "badLine"),
            (r#"{"do":"dropTables"}"#, "badCommand"),
            (r#"{"do":"closeWindow","ticket":"t1"}"#, "badCommand"),
            (r#"{"do":"clickToast","toast":{"of":"summary"},"action":"open"}"#, "badCommand"),
            (r#"{"do":"showLines","view":"v","first":0,"count":100000}"#, "tooManyLines"),
        ] {
            assert_eq!(Order::read(line).expect_err("no command").code, code, "{line}");
        }
    }

    #[test]
    fn what_is_asked_of_the_machine_is_a_line_without_a_window() {
        for (signal, line) in [
            (Signal::Attention, r#"{"is":"attention"}"#),
            (
                Signal::Withdraw(ToastId::Ticket("t1".into())),
                r#"{"is":"withdraw","value":{"of":"ticket","ticket":"t1"}}"#,
            ),
            (Signal::Withdraw(ToastId::Summary), r#"{"is":"withdraw","value":{"of":"summary"}}"#),
        ] {
            assert_eq!(Said::Signal(signal).line().expect("JSON"), line);
        }
    }

    #[test]
    fn what_is_said_is_one_object_that_names_its_window() {
        let update = Said::Update(WindowId("b".into()), Update::Counts(Counts::default()));
        let line: Value = serde_json::from_str(&update.line().expect("JSON")).expect("JSON");
        assert_eq!((&line["window"], &line["is"]), (&Value::from("b"), &Value::from("counts")));
        let problem = Said::Problem(Problem::no_object(), 7).line().expect("JSON");
        assert_eq!(
            problem,
            r#"{"is":"problem","value":{"line":7,"code":"badLine","message":"a line is one JSON object"}}"#
        );
    }
}
