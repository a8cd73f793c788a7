//! What windows ask of the board's views: those on screen, and those under a name.
//!
//! **Invariant:** nothing here names a ticket; what a view shows and where is the board's.

use super::Session;
use super::effect::WindowId;
use super::turn::Turn;
use crate::bridge::Command;

impl Session {
    /// A window asks something of its views.
    pub(super) fn views_commanded(&mut self, turn: &mut Turn<'_>, window: WindowId, command: Command) {
        match command {
            Command::OpenView { view, query } => {
                self.nameless.insert((window.clone(), view.clone()));
                self.board.open_view(window, view, query);
                self.rooms.is_dirty = true;
            }
            Command::ShowLines { view, first, count } => {
                self.board.show_lines(&window, &view, first, count);
                self.rooms.is_dirty = true;
            }
            Command::CloseView { view } => self.board.close_view(&window, &view),
            Command::Choosing { view, by, on } => {
                self.rooms.is_dirty |= self.board.choose(&window, &view, by, on, turn.now.uptime);
            }
            Command::RefreshNow { view } => {
                self.rooms.is_dirty |= self.board.refresh(&window, &view, turn.now.uptime);
            }
            Command::ReadOffers { view, kind } => self.tell_offers(turn, window, view, kind),
            Command::SaveView { saved, name, query, columns } => {
                self.save_view(turn, window, saved, name, (query, columns));
            }
            Command::RenameView { saved, name } => self.rename_view(turn, window, &saved, name),
            Command::DeleteView { saved } => self.delete_view(turn, &saved),
            _ => {}
        }
    }
}
