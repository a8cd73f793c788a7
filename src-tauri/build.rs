//! Hands the window's configuration and permissions to Tauri.

use std::path::Path;

/// Where the built user interface lies.
const DIST: &str = "ui/dist";

fn main() {
    println!("cargo:rerun-if-changed=src-tauri/capabilities");
    if let Err(error) = stand_in().map_err(Into::into).and_then(|()| tell_tauri()) {
        eprintln!("{error:#}");
        std::process::exit(1);
    }
}

fn tell_tauri() -> Result<(), Box<dyn std::error::Error>> {
    let attributes =
        tauri_build::Attributes::new().capabilities_path_pattern("./src-tauri/capabilities/**/*.json");
    Ok(tauri_build::try_build(attributes)?)
}

/// The program does not compile without a page. Where none is built, one says how to build it.
fn stand_in() -> std::io::Result<()> {
    let page = Path::new(DIST).join("index.html");
    if page.exists() {
        return Ok(());
    }
    std::fs::create_dir_all(DIST)?;
    std::fs::write(
        page,
        "<!doctype html><title>Callboard</title><p>The user interface is not built: run <code>cargo xtask</code>.</p>\n",
    )
}
