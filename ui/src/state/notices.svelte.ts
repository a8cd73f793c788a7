/**
 * The passing notices in the corner of the window.
 *
 * **Invariant:** never more than a handful of those that pass, and they never push out what tells of a loss: that stays
 * until it is put away by hand.
 */
import type { FieldName, Notice } from '../bridge/generated';

/** How long a notice that needs nothing stays. */
export const STAYS_MS = 6000;
/** The most passing ones at once; beyond it the oldest of them goes. */
export const PASSING_MOST = 4;
/** The most losses at once; beyond it the oldest goes, for so many unread ones are one trouble told again and again. */
export const URGENT_MOST = 12;

/** The program's notices, and those that are none of the desk's. */
export type Told =
  | Notice
  | { kind: 'notSent' | 'setAside'; reason: string }
  /** What a command line did: its ticket may not be on screen. */
  | { kind: 'did'; field: FieldName; number: string; value: string };

export interface Shown {
  id: number;
  notice: Told;
  /** Stays until it is put away. */
  urgent: boolean;
}

const same = (one: Told, other: Told): boolean => JSON.stringify(one) === JSON.stringify(other);

export class Notices {
  shown = $state.raw<readonly Shown[]>([]);
  #next = 1;

  tell(notice: Told): void {
    const urgent = !['changed', 'did', 'lacks'].includes(notice.kind);
    // The same trouble again is no news; it stands there already.
    if (urgent && this.shown.some((shown) => same(shown.notice, notice))) return;
    const id = this.#next++;
    const alike = this.shown.filter((shown) => shown.urgent === urgent);
    const over = alike.length >= (urgent ? URGENT_MOST : PASSING_MOST) ? alike[0] : undefined;
    this.shown = [...this.shown.filter((shown) => shown !== over), { id, notice, urgent }];
    if (!urgent) setTimeout(() => this.putAway(id), STAYS_MS);
  }

  putAway(id: number): void {
    this.shown = this.shown.filter((shown) => shown.id !== id);
  }
}
