//! Titles as people write them, and the few that break careless software.
//!
//! **Invariant:** every title is one that a ticket may have.

use super::dice::Dice;

/// What people do that is no ticket.
pub(super) const MEETINGS: &[&str] =
    &["Handover", "Van service", "Parts pick-up", "Training", "Customer review"];

/// Titles per board, in the order of the boards; `{}` is where something is named.
const TITLES: [&[&str]; 4] = [
    &[
        "Cannot sign in after password change",
        "Outlook keeps asking for the password",
        "Shared mailbox missing at {}",
        "Laptop very slow since the last update",
        "New starter on Monday: account and laptop",
        "Printer at {} prints blank pages",
        "Locked out of the accounting system",
        "Scanner no longer sends to email",
        "Please add a colleague to the sales folder",
        "Excel crashes when opening the stock list",
        "Phone headset has no sound in calls",
        "Suspicious email with an invoice attached",
        "Two-factor prompt never arrives",
        "Second screen flickers at {}",
        "Restore a deleted folder from yesterday",
        "Licence for the drawing software has expired",
    ],
    &[
        "Replace the power supply in the till at {}",
        "Card terminal does not connect at {}",
        "Paper jam that staff cannot clear at {}",
        "Install a replacement access point at {}",
        "Server room too warm at {}",
        "Door entry panel offline at {}",
        "Swap the failed disk in the file server",
        "Collect old monitors from {}",
        "Data socket dead at desk 14, {}",
        "Projector will not switch on in the meeting room",
        "Fit a new label printer at {}",
        "Check the camera over the loading bay at {}",
    ],
    &[
        "Internet down at {}",
        "Wi-Fi drops every few minutes at {}",
        "VPN tunnel to {} flapping",
        "Nightly backup failed for the third time",
        "Switch port errors on the uplink at {}",
        "UPS on battery at {}",
        "Firewall certificate expires this week",
        "High packet loss on the leased line",
        "Backup storage 92 % full",
        "DNS lookups time out at {}",
        "Guest network reaches the office printers",
        "Monitoring lost sight of {}",
    ],
    &[
        "Roll out 24 laptops at {}",
        "Move the telephone system to the new office",
        "Cable the second floor at {}",
        "Replace all access points at {}",
        "Migrate file shares before the lease ends",
        "Set up the training room at {}",
        "Prepare tablets for the stock count",
        "Decommission the old mail server",
    ],
];

/// Right to left, symbols, markup, length: each once per round of tickets.
const ODD: &[&str] = &[
    "الطابعة في الطابق الثاني لا تعمل",
    "המדפסת במשרד הראשי לא מדפיסה צבע",
    "Coffee machine tablet shows 🔥 and nothing else ☕️",
    "<img src=x onerror=\"alert('ticket')\"> appears in our newsletter",
    "Straße & Söhne: Drucker “Größe A3” fehlt — café naïve test",
    "The whole team upstairs cannot reach the booking system since the storm last night, the router in the \
     cupboard blinks orange, somebody already switched it off and on twice, and the first guests are due at \
     eleven so please call before you come",
    "顧客データベースに接続できません",
    "Rock ’n’ roll radio player \\ \"kiosk\" mode stuck at 100 %",
];

/// An odd one follows after so many plain ones.
const ODD_EVERY: usize = 23;

/// The title of the ticket with this index on this board; `place` is named where the title names something.
pub(super) fn title(dice: &mut Dice, index: usize, board: usize, place: &str) -> String {
    let round = index / ODD_EVERY;
    let plain = dice.word(TITLES.get(board).copied().unwrap_or(TITLES[0])).replace("{}", place);
    if index % ODD_EVERY == ODD_EVERY / 2 && round % (4 * ODD.len()) < ODD.len() {
        ODD[round % ODD.len()].to_owned()
    } else {
        plain
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::value::TITLE_MAX;

    #[test]
    fn every_title_is_one_that_a_ticket_may_have() {
        for title in TITLES.iter().flat_map(|board| board.iter()).chain(ODD) {
            let filled = title.replace("{}", "the longest client, the longest place of all");
            assert!((1..=TITLE_MAX).contains(&filled.chars().count()), "{title}");
            assert_eq!(title.trim(), *title);
        }
    }

    #[test]
    fn five_hundred_tickets_have_every_odd_title() {
        let mut dice = Dice::new(1);
        let titles: Vec<_> = (0..500).map(|index| title(&mut dice, index, index % 4, "the office")).collect();
        for odd in ODD {
            assert!(titles.iter().any(|title| title == odd), "{odd}");
        }
    }
}
