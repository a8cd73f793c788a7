//! Reads the catalogue, refuses to build on a slip, and names its events as one enum.

#[allow(dead_code, reason = "names and categories are read by the library only")]
#[path = "src/data.rs"]
mod data;

use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=data");
    let mut texts = Vec::new();
    for entry in fs::read_dir("data")? {
        let path = entry?.path();
        texts.push((path.display().to_string(), fs::read_to_string(&path)?));
    }
    texts.sort();
    let files = data::read(texts.iter().map(|(name, text)| (name.as_str(), text.as_str())))?;
    data::proven(&files)?;
    let events: Vec<_> = files.iter().flat_map(|file| &file.events).collect();

    let mut code = String::from("named! {\n");
    for event in &events {
        let (name, variant) = (&event.event_type, data::capitalised(&event.event_type, ""));
        writeln!(code, "    /// {}\n    {variant} = {name:?},", event.about)?;
    }
    code.push_str("}\n");
    let out = env::var_os("OUT_DIR").ok_or("cargo names a folder for what is generated")?;
    fs::write(Path::new(&out).join("event_type.rs"), code)?;

    let mut files = String::from("[\n");
    for (path, _) in &texts {
        // Not the folder as it is called today: what is built may be moved.
        writeln!(
            files,
            "    ({path:?}, include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/\", {path:?}))),"
        )?;
    }
    files.push_str("]\n");
    fs::write(Path::new(&out).join("files.rs"), files)?;
    Ok(())
}
