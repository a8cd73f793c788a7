//! Starting with the person's session: on Linux an entry in the folder that every desktop reads (CO-19).
//!
//! There is one entry for the program, whichever profile asked for it last.
//!
//! **Invariant:** whether it is on is read from the entry each time, since people and desktops change it too; and no
//! character of a path is more than that to whoever reads the entry.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use callboard_desk::bridge::Autostart;

/// What the entry is called, as the one in the menu is.
const NAME: &str = "Callboard.desktop";

/// How the program is to be started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Start<'a> {
    pub(crate) program: &'a Path,
    /// The files of the console, where they are not in the usual place.
    pub(crate) profile: Option<&'a Path>,
    pub(crate) is_unseen: bool,
}

/// Whether the program starts with the session.
pub(crate) fn state(folder: Option<&Path>) -> Autostart {
    let Some(folder) = folder else {
        return Autostart::Unable { reason: "This desktop has no folder for it.".to_owned() };
    };
    match fs::read_to_string(folder.join(NAME)) {
        // A desktop that switches an entry off may leave it there and say so in it.
        Ok(entry) if entry.lines().any(|line| line.trim() == "Hidden=true") => Autostart::Off,
        Ok(_) => Autostart::On,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Autostart::Off,
        Err(error) => Autostart::Unable { reason: error.to_string() },
    }
}

/// Has the program start with the session, or not any more.
pub(crate) fn set(folder: Option<&Path>, start: Option<&Start<'_>>) -> io::Result<()> {
    let folder = folder.ok_or(io::ErrorKind::Unsupported)?;
    let entry = folder.join(NAME);
    match start {
        Some(start) => {
            fs::create_dir_all(folder)?;
            let fresh = folder.join(format!(".{NAME}.new"));
            fs::write(&fresh, written(start))?;
            fs::rename(fresh, entry)
        }
        None => match fs::remove_file(entry) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        },
    }
}

/// The folder that desktops read.
#[cfg(target_os = "linux")]
pub(crate) fn folder() -> Option<PathBuf> {
    let given = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let config = given("XDG_CONFIG_HOME").or_else(|| given("HOME").map(|home| home.join(".config")));
    config.map(|config| config.join("autostart"))
}

/// None is known here.
#[cfg(not(target_os = "linux"))]
pub(crate) fn folder() -> Option<PathBuf> {
    None
}

fn written(start: &Start<'_>) -> String {
    let mut command = quoted(&start.program.to_string_lossy());
    if let Some(profile) = start.profile {
        command += &format!(" --profile-dir {}", quoted(&profile.to_string_lossy()));
    }
    if start.is_unseen {
        command += " --hidden";
    }
    // An entry outlives the program when that is removed from the machine: without it, it counts as none.
    let program = plain(&start.program.to_string_lossy());
    format!(
        "[Desktop Entry]\nType=Application\nName=Callboard\nExec={command}\nTryExec={program}\nIcon=callboard\n\
         Terminal=false\nX-GNOME-Autostart-enabled=true\n"
    )
}

/// A word by itself, as entries of desktops want it: quoted for the file alone.
fn plain(word: &str) -> String {
    word.chars().filter(|one| !one.is_control()).collect::<String>().replace('\\', r"\\")
}

/// A word of a command, as entries of desktops want it: quoted once for the command and once for the file.
fn quoted(word: &str) -> String {
    let mut quoted = String::from('"');
    for one in word.chars() {
        match one {
            // A control character cannot be written there at all.
            one if one.is_control() => {}
            '"' | '`' | '$' => quoted.extend(['\\', '\\', one]),
            '\\' => quoted.push_str(r"\\\\"),
            '%' => quoted.push_str("%%"),
            one => quoted.push(one),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    /// CO-19
    #[test]
    fn an_entry_is_made_and_taken_away_and_what_others_did_to_it_is_seen() {
        let home = tempfile::tempdir().expect("a folder");
        let folder = home.path().join("autostart");
        let folder = Some(folder.as_path());
        assert_eq!(state(folder), Autostart::Off);
        let start = Start { program: Path::new("/usr/bin/callboard"), profile: None, is_unseen: true };
        set(folder, Some(&start)).expect("made");
        assert_eq!(state(folder), Autostart::On);
        let entry = home.path().join("autostart").join(NAME);
        let text = fs::read_to_string(&entry).expect("there");
        assert!(text.contains("\nExec=\"/usr/bin/callboard\" --hidden\n"), "{text}");
        assert!(text.contains("\nTryExec=/usr/bin/callboard\n"), "{text}");
        fs::write(&entry, text + "Hidden=true\n").expect("written");
        assert_eq!(state(folder), Autostart::Off);
        set(folder, None).expect("taken away");
        set(folder, None).expect("which can be done twice");
        assert!(!entry.exists());
        assert!(matches!(state(None), Autostart::Unable { .. }));
        assert!(set(None, Some(&start)).is_err());
    }

    /// CO-23
    #[test]
    fn a_path_is_nothing_but_a_path() {
        let (program, profile) =
            (Path::new("/opt/call board/$HOME`x`"), Path::new("/home/n/100%\nExec=evil\\\""));
        let text = written(&Start { program, profile: Some(profile), is_unseen: false });
        let exec: Vec<&str> = text.lines().filter(|line| line.contains("Exec=")).collect();
        assert_eq!(
            exec,
            [
                r#"Exec="/opt/call board/\\$HOME\\`x\\`" --profile-dir "/home/n/100%%Exec=evil\\\\\\"""#,
                "TryExec=/opt/call board/$HOME`x`",
            ],
            "{text}"
        );
        assert_eq!(plain("/opt/a\\b\nExec=evil"), r"/opt/a\\bExec=evil");
    }
}
