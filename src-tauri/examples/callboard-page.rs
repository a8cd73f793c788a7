//! A window around a page that is no console: what the console is measured beside (`cargo xtask bench window`).
//!
//! It stands on the same toolkit with the same settings, and has no command, no state and no permission. Its page comes
//! from a folder that the measurement names.
//!
//! **Invariant:** nothing but files of that folder is ever handed to the page.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use tauri::http::{Response, StatusCode, header};
use tauri::{Builder, WebviewUrl, WebviewWindowBuilder};

/// The scheme under which the page knows its files.
const SCHEME: &str = "page";

/// A window around a page.
#[derive(Clone, Debug, Parser)]
struct Options {
    /// Where the web view keeps its files.
    #[arg(long)]
    profile_dir: PathBuf,
    /// The folder of the page.
    #[arg(long, env = "CALLBOARD_PAGES")]
    pages: PathBuf,
    /// The page, with its question.
    #[arg(long, env = "CALLBOARD_PAGE")]
    page: String,
}

fn main() -> ExitCode {
    let options = Options::parse();
    let folder = options.pages.clone();
    let built = Builder::default()
        .register_uri_scheme_protocol(SCHEME, move |_, request| answer(&folder, request.uri().path()))
        .setup(move |app| {
            let url = format!("{SCHEME}://localhost/{}", options.page).parse()?;
            WebviewWindowBuilder::new(app, "main", WebviewUrl::CustomProtocol(url))
                .inner_size(1440.0, 900.0)
                .data_directory(options.profile_dir.join("webview"))
                .build()?;
            Ok(())
        })
        .build(tauri::generate_context!());
    match built {
        Ok(app) => ExitCode::from(u8::try_from(app.run_return(|_, _| ())).unwrap_or(1)),
        Err(error) => {
            eprintln!("the window does not open: {error}");
            ExitCode::FAILURE
        }
    }
}

fn answer(folder: &Path, path: &str) -> Response<Cow<'static, [u8]>> {
    let name = path.trim_start_matches('/');
    let kind = match Path::new(name).extension().and_then(|kind| kind.to_str()) {
        Some("html") => "text/html",
        Some("js") => "text/javascript",
        Some("css") => "text/css",
        _ => "application/octet-stream",
    };
    let (status, bytes) = match std::fs::read(folder.join(name)) {
        Ok(bytes) if !name.contains("..") => (StatusCode::OK, bytes),
        _ => (StatusCode::NOT_FOUND, Vec::new()),
    };
    let mut response = Response::new(Cow::Owned(bytes));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static(kind));
    response
}
