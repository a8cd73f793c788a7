//! What counts as one emoji.
//!
//! It exists because a reaction is shown large below a comment: one picture, and no way to write a sentence there.
//!
//! **Invariant:** letters, blanks and controls never pass, and nothing longer than one picture does.

use std::iter::Peekable;
use std::str::Chars;

use super::Issue;
use super::comment::EMOJI_BYTES_MAX;

const JOINER: char = '\u{200d}';
const KEYCAP: char = '\u{20e3}';

/// The emoji as it is stored, or why it is none.
pub fn emoji(sent: &str) -> Result<String, Issue> {
    let sent = sent.trim();
    if sent.len() <= EMOJI_BYTES_MAX && is_one(sent) {
        Ok(sent.to_owned())
    } else {
        Err(Issue::at("emoji", "invalid_string", "emoji is one emoji"))
    }
}

/// Pictures with their modifiers, held together by joiners.
fn is_one(text: &str) -> bool {
    let mut rest = text.chars().peekable();
    loop {
        if !picture(&mut rest) {
            return false;
        }
        match rest.next() {
            None => return true,
            Some(JOINER) => {}
            Some(_) => return false,
        }
    }
}

/// Takes one picture with what modifies it; a flag is two letters, a keycap a digit in a box.
fn picture(rest: &mut Peekable<Chars<'_>>) -> bool {
    let Some(first) = rest.next() else { return false };
    if is_flag_letter(first) {
        return rest.next_if(|&one| is_flag_letter(one)).is_some();
    }
    if matches!(first, '0'..='9' | '#' | '*') {
        let _ = rest.next_if_eq(&'\u{fe0f}');
        return rest.next_if_eq(&KEYCAP).is_some();
    }
    while rest.next_if(|&one| modifies(one)).is_some() {}
    is_picture(first)
}

const fn is_flag_letter(one: char) -> bool {
    matches!(one, '\u{1f1e6}'..='\u{1f1ff}')
}

/// Variation, skin tone, and the tags that spell a region's flag.
const fn modifies(one: char) -> bool {
    matches!(one, '\u{fe0e}' | '\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}' | '\u{e0020}'..='\u{e007f}')
}

const fn is_picture(one: char) -> bool {
    matches!(one,
        '©' | '®' | '‼' | '⁉' | '™' | 'ℹ' | 'Ⓜ' | '〰' | '〽' | '㊗' | '㊙'
        | '\u{2190}'..='\u{21ff}' | '\u{2300}'..='\u{23ff}' | '\u{25a0}'..='\u{27bf}' | '\u{2900}'..='\u{297f}'
        | '\u{2b00}'..='\u{2bff}' | '\u{1f000}'..='\u{1f1e5}' | '\u{1f200}'..='\u{1faff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn one_emoji_passes_however_it_is_built() {
        for one in ["👍", "❤️", "🇬🇧", "👍🏽", "👨‍👩‍👧‍👦", "1️⃣", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "🅰️", "✅", "🧑🏽‍🚒", "🏳️‍🌈", "™️"]
        {
            assert_eq!(emoji(one), Ok(one.to_owned()), "{one}");
        }
    }

    #[test]
    fn words_and_two_emojis_do_not() {
        for none in [
            "",
            " ",
            "a",
            "1",
            "ok",
            "👍👍",
            "👍 👍",
            "<b>",
            "🇬",
            "👍\u{200d}",
            "\u{200d}",
            "\u{fe0f}",
            "é",
            "漢",
        ] {
            assert!(emoji(none).is_err(), "{none:?}");
        }
        assert!(emoji(&["👨"; 20].join("\u{200d}")).is_err(), "too long for one picture");
    }

    proptest! {
        #[test]
        fn no_text_with_a_letter_or_a_blank_passes(text in "\\PC{0,3}[a-zA-Zа-я ]\\PC{0,3}") {
            prop_assume!(text.trim().chars().any(|one| one.is_ascii_alphabetic() || one == ' '));
            prop_assert!(emoji(&text).is_err());
        }
    }
}
