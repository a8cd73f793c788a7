/**
 * What the window's actions are called, and the verbs of the command line; a part of the catalogue (CO-21).
 *
 * **Invariant:** words only. A verb's letter is typed by people and told to colleagues: it changes with the language, never
 * from one version to the next.
 */
import type { ActionGroup, ActionId } from '../state/actions';

export const ACTIONS: Record<ActionId, string> = {
  palette: 'Find anything',
  commandLine: 'Type a command',
  search: 'Search the board',
  shortcuts: 'Show all keys',
  next: 'Next ticket',
  previous: 'Previous ticket',
  open: 'Open the ticket',
  board: 'Go to the board',
  refreshNow: 'Refresh the order now',
  needs: 'Go to what needs you',
  outbox: 'Go to the outbox',
  activity: 'Go to the activity',
  settings: 'Go to the settings',
  events: 'Go to the events, to simulate one',
  groupBySla: 'Group by SLA',
  groupByStatus: 'Group by status',
  groupByAssignee: 'Group by assignee',
  groupByPriority: 'Group by priority',
  groupByClient: 'Group by client',
  groupByTeam: 'Group by team',
  groupByNone: 'Do not group',
  showOpen: 'Show open tickets',
  showClosed: 'Show closed tickets',
  showAll: 'Show open and closed tickets',
  clearFilters: 'Clear search and filters',
  view1: 'First saved view',
  view2: 'Second saved view',
  view3: 'Third saved view',
  view4: 'Fourth saved view',
  view5: 'Fifth saved view',
  view6: 'Sixth saved view',
  view7: 'Seventh saved view',
  view8: 'Eighth saved view',
  view9: 'Ninth saved view',
  status: 'Set the status',
  priority: 'Set the priority',
  assignee: 'Assign',
  team: 'Set the team',
  category: 'Set the category',
  client: 'Set the client',
  contact: 'Set the contact',
  place: 'Set the location',
  moveTo: 'Move to another board',
  keepYours: 'Keep yours',
  takeTheirs: 'Take theirs',
  watch: 'Watch the ticket, or no longer',
  close: 'Close, or back to the board',
  reply: 'Write a comment',
  plan: 'Plan work',
  undo: 'Take the last decision back',
  ownWindow: 'Open the ticket in a window of its own',
  nextPane: 'Next part of the window',
  previousPane: 'Previous part of the window',
  zoomIn: 'Larger',
  zoomOut: 'Smaller',
  zoomActual: 'Actual size',
  theme: 'Switch between dark and light',
  rows: 'Change the height of the rows',
  singleKeys: 'Single-key shortcuts on or off',
  quiet: 'View quietly on or off',
  plug: 'Pull the plug of the company on this machine, or put it back',
  retryLink: 'Reconnect live updates',
};

export const GROUPS: Record<ActionGroup, string> = {
  find: 'Find',
  board: 'Board',
  ticket: 'Open ticket',
  window: 'Window',
};

interface Verb {
  letter: string;
  word: string;
  says: string;
  example: string;
}

const verbs = <T extends string>(all: Record<T, Verb>): Record<T, Verb> => all;

export const VERBS = verbs({
  status: { letter: 's', word: 'status', says: 'Set the status', example: '/s 4312 hold' },
  assign: { letter: 'a', word: 'assign', says: 'Assign', example: '/a 4312 lee' },
  priority: { letter: 'p', word: 'priority', says: 'Set the priority', example: '/p 4312 high' },
  team: { letter: 't', word: 'team', says: 'Set the team', example: '/t 4312 network' },
  category: { letter: 'c', word: 'category', says: 'Set the category', example: '/c 4312 printer' },
  move: { letter: 'm', word: 'move', says: 'Move to another board', example: '/m 4312 field' },
  open: { letter: 'o', word: 'open', says: 'Open a ticket', example: '/o 4312' },
  find: { letter: 'f', word: 'find', says: 'Search the board', example: '/f printer' },
});
