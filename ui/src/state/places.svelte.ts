/**
 * Which screen the person has before them.
 *
 * **Invariant:** only the person changes it, or a click on something outside that names a screen; no update does.
 */
export type PlaceName = 'board' | 'needs' | 'outbox' | 'activity' | 'settings' | 'events';

export class Places {
  now = $state<PlaceName>('board');
  /** Counts the goings, for whoever moves the focus along. */
  gone = $state(0);
  /** The line that the screen is to point at when it opens. */
  line: string | null = null;

  go(place: PlaceName, line: string | null = null): void {
    this.line = line;
    this.now = place;
    this.gone += 1;
  }
}
