//! A desktop entry: what a menu, a panel and a browser know of the program.
//!
//! **Invariant:** reads text, touches nothing.

use anyhow::{Context, Result, ensure};

/// The group that is read; a file may hold others.
const GROUP: &str = "[Desktop Entry]";

/// What a desktop entry says.
pub(super) struct Entry<'a>(&'a str);

impl<'a> Entry<'a> {
    pub(super) fn of(text: &'a str) -> Result<Self> {
        let (_, group) = text.split_once(GROUP).context("a desktop entry has its group")?;
        Ok(Self(group.split("\n[").next().unwrap_or(group)))
    }

    /// What it says under a key.
    pub(super) fn says(&self, key: &str) -> Result<&'a str> {
        let mut lines = self.0.lines().filter_map(|line| line.split_once('='));
        lines.find(|(name, _)| *name == key).map(|(_, value)| value).with_context(|| format!("no {key}"))
    }

    /// Whether links of a scheme come to the program: it must be registered for them, and be handed the link.
    pub(super) fn takes_links(&self, scheme: &str) -> Result<()> {
        let wanted = format!("x-scheme-handler/{scheme}");
        let types = self.says("MimeType")?;
        ensure!(types.split(';').any(|kind| kind == wanted), "MimeType={types} lacks {wanted}");
        let exec = self.says("Exec")?;
        ensure!(exec.ends_with(" %U") || exec.ends_with(" %u"), "Exec={exec} is handed no link");
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FINE: &str = "[Desktop Entry]\nName=Callboard\nExec=callboard %U\nMimeType=x-scheme-handler/callboard;\n\
        [Desktop Action more]\nIcon=other\n";

    #[test]
    fn an_entry_says_what_is_in_its_own_group() -> Result<()> {
        let entry = Entry::of(FINE)?;
        assert_eq!(entry.says("Name")?, "Callboard");
        assert!(entry.says("Icon").is_err(), "that is another group's");
        assert!(Entry::of("Name=Callboard\n").is_err());
        Ok(())
    }

    #[test]
    fn links_need_both_the_registration_and_the_hand_over() -> Result<()> {
        Entry::of(FINE)?.takes_links("callboard")?;
        for broken in [
            FINE.replace(" %U", ""),
            FINE.replace("handler/callboard", "handler/callboardx"),
            FINE.replace("MimeType", "Mime"),
        ] {
            assert!(Entry::of(&broken)?.takes_links("callboard").is_err(), "{broken}");
        }
        Ok(())
    }
}
