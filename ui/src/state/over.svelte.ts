/**
 * What lies over the window for the keyboard: the palette, which is a command line where it begins with a stroke, or the
 * sheet of shortcuts.
 *
 * **Invariant:** at most one of them is open.
 */
export class Over {
  open = $state<'palette' | 'keys' | null>(null);
  /** What stands in the palette's line. */
  line = $state('');

  show(line: string): void {
    this.line = line;
    this.open = 'palette';
  }

  showKeys(): void {
    this.open = 'keys';
  }

  close(): void {
    this.open = null;
  }
}
