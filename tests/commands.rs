//! Every command of the shell through Tauri's mock runtime: what is no command is refused with a code and a sentence,
//! and nothing of it reaches the desk.

#![allow(clippy::expect_used, reason = "a test that cannot set up its world has failed")]

use callboard_desk::bridge::{LINES_MAX, SetupCode, SetupView};
use callboard_link::{ApiKey, Config, LiveOptions, ServerUrl};
use callboard_shell::bridge::Bridge;
use callboard_shell::config::Options;
use serde_json::{Value, json};
use tauri::ipc::{CallbackFn, InvokeBody};
use tauri::test::{INVOKE_KEY, MockRuntime, get_ipc_response, mock_builder, mock_context, noop_assets};
use tauri::webview::InvokeRequest;
use tauri::{App, Manager, WebviewWindow, WebviewWindowBuilder};
use tempfile::TempDir;

struct Shell {
    app: App<MockRuntime>,
    window: WebviewWindow<MockRuntime>,
    _home: TempDir,
}

impl Shell {
    fn open(config: Result<Config, SetupView>) -> Self {
        let builder = callboard_shell::with_commands(mock_builder());
        let app = builder.build(mock_context(noop_assets())).expect("an app");
        let home = tempfile::tempdir().expect("a directory");
        callboard_shell::at_home(app.handle(), home.path(), &Options::default());
        app.state::<Bridge>().start(config);
        let window = WebviewWindowBuilder::new(&app, "main", Default::default()).build().expect("a window");
        Self { app, window, _home: home }
    }

    /// A console of its own profile and of a server that is not there.
    fn running(profile: &TempDir) -> Self {
        Self::open(Ok(Config {
            server: ServerUrl::new("http://127.0.0.1:9").expect("loopback"),
            api_key: ApiKey::new("s3cret").expect("a key"),
            tenant: None,
            profile_dir: profile.path().join("profile"),
            live: LiveOptions::default(),
        }))
    }

    fn call(&self, command: &str, arguments: Value) -> Result<Value, Value> {
        let request = InvokeRequest {
            cmd: command.to_owned(),
            callback: CallbackFn(0),
            error: CallbackFn(1),
            url: "tauri://localhost".parse().expect("a URL"),
            body: InvokeBody::Json(arguments),
            headers: Default::default(),
            invoke_key: INVOKE_KEY.to_owned(),
        };
        get_ipc_response(&self.window, request).map(|body| body.deserialize().expect("JSON"))
    }

    fn send(&self, command: Value) -> Result<Value, Value> {
        self.call("send", json!({ "command": command }))
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        self.app.state::<Bridge>().end();
    }
}

fn refused(answer: &Result<Value, Value>, code: &str) {
    let error = answer.as_ref().expect_err("a refusal");
    assert_eq!(error["code"], code, "{error}");
    assert!(error["message"].as_str().is_some_and(|message| !message.is_empty()), "{error}");
}

#[test]
fn what_is_no_command_is_refused() {
    let profile = tempfile::tempdir().expect("a directory");
    let shell = Shell::running(&profile);
    for nonsense in [
        json!(null),
        json!("hello"),
        json!({}),
        json!({"do": "dropTables"}),
        json!({"do": "openTicket"}),
        json!({"do": "openTicket", "ticket": 7}),
        json!({"do": "openTicket", "ticket": "T-1", "and": "more"}),
        json!({"do": "edit", "ticket": "T-1", "field": "updated_at", "value": "x"}),
        json!({"do": "edit", "ticket": "T-1", "field": "title", "value": ["x"]}),
        json!({"do": "showLines", "view": "v", "first": -1, "count": 10}),
    ] {
        refused(&shell.send(nonsense.clone()), "badCommand");
    }
    assert!(shell.call("send", json!({})).is_err());
    assert!(shell.call("subscribe", json!({"updates": "no channel"})).is_err());
    assert!(shell.call("read_file", json!({"path": "/etc/passwd"})).is_err(), "there are three commands");
}

#[test]
fn more_lines_than_a_window_may_have_are_refused() {
    let profile = tempfile::tempdir().expect("a directory");
    let shell = Shell::running(&profile);
    let show = |count| json!({"do": "showLines", "view": "v", "first": 0, "count": count});
    assert_eq!(shell.send(show(LINES_MAX)), Ok(Value::Null));
    refused(&shell.send(show(LINES_MAX + 1)), "tooManyLines");
}

#[test]
fn a_window_subscribes_and_commands() {
    let profile = tempfile::tempdir().expect("a directory");
    let shell = Shell::running(&profile);
    assert_eq!(shell.call("subscribe", json!({"updates": "__CHANNEL__:7"})), Ok(Value::Null));
    assert_eq!(shell.send(json!({"do": "hello"})), Ok(Value::Null));
    shell.app.state::<Bridge>().end();
    refused(&shell.send(json!({"do": "hello"})), "notRunning");
}

#[test]
fn without_a_console_the_window_opens_and_is_told_why() {
    let view = SetupView { code: SetupCode::MissingServer, message: "CALLBOARD_SERVER is not set".into() };
    let shell = Shell::open(Err(view));
    assert_eq!(shell.call("subscribe", json!({"updates": "__CHANNEL__:7"})), Ok(Value::Null));
    refused(&shell.send(json!({"do": "hello"})), "notRunning");
}

#[test]
fn two_consoles_never_share_a_profile() {
    let profile = tempfile::tempdir().expect("a directory");
    let _first = Shell::running(&profile);
    let second = Shell::running(&profile);
    refused(&second.send(json!({"do": "hello"})), "notRunning");
}
