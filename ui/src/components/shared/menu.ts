/**
 * What may stand in a menu.
 *
 * **Invariant:** data; a menu draws it and calls it back.
 */
import type { Combo } from '../../state/combo';

interface Words {
  label: string;
  /** What there is to say beside it. */
  note?: string;
  disabled?: boolean;
}

export type MenuEntry =
  | ({
      kind: 'do';
      run: () => void;
      combo?: Combo | null;
      /** One of several, and whether it is the one; absent where it is none of several. */
      chosen?: boolean;
      /** It takes something away. */
      grave?: boolean;
    } & Words)
  | ({ kind: 'check'; checked: boolean; onchange: (checked: boolean) => void } & Words)
  | { kind: 'heading'; label: string }
  | { kind: 'line' };
