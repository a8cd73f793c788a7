/**
 * What the palette offers to a line: built from what is known, in the order in which it is shown.
 *
 * **Invariant:** pure; every offer names what it acts on by id, so a list that changes under the hand changes no offer.
 */
import type { Choice, Offer as Chosen, Row, SavedView } from '../../bridge/generated';
import { ACTION_IDS, type ActionId } from '../../state/actions';
import { THIS_TICKET, VERB_FIELD, write, type Reading, type VerbId } from '../../state/command-line';
import type { Deed, Outcome, Target } from '../../state/commander.svelte';
import { begins } from '../../state/narrow';
import { text } from '../../text/en';

/** Where it has both, Enter does the deed and Tab only writes the line. */
export type Offer =
  | { kind: 'action'; key: string; id: ActionId }
  | { kind: 'view'; key: string; view: SavedView }
  | { kind: 'board'; key: string; choice: Choice }
  | { kind: 'person'; key: string; name: string; offer: Chosen }
  | { kind: 'ticket'; key: string; row: Row; line?: string; deed?: Deed }
  | { kind: 'here'; key: string; target: Target; line: string }
  | { kind: 'verb'; key: string; verb: VerbId; line: string }
  | { kind: 'value'; key: string; choice: Choice; line: string; deed: Deed }
  | { kind: 'deed'; key: string; deed: Deed };

export interface Section {
  id: string;
  head: string;
  offers: readonly Offer[];
}

/** What there is to find in. */
export interface World {
  can: (id: ActionId) => boolean;
  views: readonly SavedView[];
  boards: readonly Choice[];
  /** Who may be chosen as a filter. */
  people: readonly Chosen[];
  rows: readonly Row[];
}

/** Before this many letters a name is not looked for among people: there may be hundreds of them. */
const NAME_MIN = 2;

/** What a plain line finds: actions, views, boards, people, tickets. */
export function found(line: string, { can, views, boards, people, rows }: World): Section[] {
  const words = line.trim();
  const actions = ACTION_IDS.filter((id) => begins(text.actions[id], words) && can(id));
  const named = words === '' ? [] : boards.filter((board) => begins(board.label, words));
  const called = (offer: Chosen) => text.filters.named(offer.chips[0], offer.label);
  const whom = words.length < NAME_MIN ? [] : people.filter((offer) => begins(called(offer), words));
  return full([
    {
      id: 'actions',
      head: text.palette.actions,
      offers: actions.map((id) => ({ kind: 'action', key: `action-${id}`, id })),
    },
    {
      id: 'views',
      head: text.views.label,
      offers: views
        .filter(({ name }) => begins(name, words))
        .map((view) => ({ kind: 'view', key: `view-${view.id}`, view })),
    },
    {
      id: 'boards',
      head: text.palette.boards,
      offers: named.map((choice) => ({ kind: 'board', key: `board-${choice.value}`, choice })),
    },
    {
      id: 'people',
      head: text.palette.people,
      offers: whom.map((offer) => {
        const key = `person-${JSON.stringify(offer.chips)}`;
        return { kind: 'person', key, name: called(offer), offer };
      }),
    },
    {
      id: 'tickets',
      head: text.palette.tickets,
      offers: rows.map((row) => ({ kind: 'ticket', key: `ticket-${row.ticket}`, row })),
    },
  ]);
}

/** What a command line may become, or what it would do. */
export function offered(outcome: Outcome, reading: Reading, here: Target | null): Section[] {
  switch (outcome.is) {
    case 'verbs': {
      const offers = outcome.verbs.map((verb): Offer => {
        return { kind: 'verb', key: `verb-${verb}`, verb, line: `${write(verb)} ` };
      });
      return full([{ id: 'verbs', head: text.palette.verbs, offers }]);
    }
    case 'tickets':
      return tickets(
        outcome.verb,
        outcome.rows,
        reading.at === 'ticket' && reading.ticket === '' ? here : null,
      );
    case 'values': {
      const { verb, target, view } = outcome;
      const offers = outcome.choices.map((choice): Offer => {
        const line = write(verb, target.number, choice.label);
        const deed: Deed = { do: 'set', target, field: view.field, from: view.shown, to: choice };
        return { kind: 'value', key: `value-${String(choice.value)}`, choice, line, deed };
      });
      const now = view.shown.label === '' ? text.nobody : view.shown.label;
      return full([{ id: 'values', head: text.palette.values(view.field, target.number, now), offers }]);
    }
    case 'ready':
      return [
        {
          id: 'deed',
          head: text.palette.deed,
          offers: [{ kind: 'deed', key: 'deed', deed: outcome.deed }],
        },
      ];
    case 'trouble':
    case 'waiting':
      return [];
  }
}

function tickets(verb: VerbId, rows: readonly Row[], here: Target | null): Section[] {
  // A line that sets something goes on after the ticket; one that opens it is complete with it.
  const opens = VERB_FIELD[verb] === undefined;
  const after = opens ? '' : ' ';
  const offers: Offer[] = rows.map((row) => {
    const offer = { kind: 'ticket', key: `ticket-${row.ticket}`, row } as const;
    const line = write(verb, row.number) + after;
    return opens ? { ...offer, line, deed: { do: 'open', target: row } } : { ...offer, line };
  });
  if (here)
    offers.unshift({ kind: 'here', key: 'here', target: here, line: write(verb, THIS_TICKET) + after });
  return full([{ id: 'tickets', head: text.palette.tickets, offers }]);
}

const full = (sections: Section[]): Section[] => sections.filter(({ offers }) => offers.length > 0);
