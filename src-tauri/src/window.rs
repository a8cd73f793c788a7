//! The main window.
//!
//! **Invariant:** it shows the program's own page and goes nowhere else (CO-23).

use std::path::Path;

use tauri::{AppHandle, Url, WebviewUrl, WebviewWindowBuilder};

/// The label; `capabilities/main.json` names it.
const LABEL: &str = "main";

/// Opens it. The theme is the system's. What the web view keeps lies in the profile, so that two consoles never share
/// it.
pub(crate) fn open(app: &AppHandle, profile: &Path) -> tauri::Result<()> {
    WebviewWindowBuilder::new(app, LABEL, WebviewUrl::default())
        .title("Callboard")
        .inner_size(1440.0, 900.0)
        .min_inner_size(1024.0, 640.0)
        .data_directory(profile.join("webview"))
        .on_navigation(is_our_own)
        .build()?;
    Ok(())
}

/// Whether an address is the program's own page, or that of the UI's development server where one is used.
fn is_our_own(url: &Url) -> bool {
    let own = url.scheme() == "tauri" || url.host_str() == Some("tauri.localhost");
    own || (tauri::is_dev() && url.host_str() == Some("127.0.0.1"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_goes_nowhere_else() {
        let own = |url: &str| is_our_own(&url.parse().expect("a URL"));
        assert!(own("tauri://localhost/index.html"));
        assert!(own("http://tauri.localhost/"));
        for elsewhere in [
            "https://example.com",
            "https://tauri.localhost.example",
            "file:///etc/passwd",
            "data:text/html,x",
        ] {
            assert!(!own(elsewhere), "{elsewhere}");
        }
    }
}
