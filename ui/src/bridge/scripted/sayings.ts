/**
 * What is said on the made-up tickets.
 *
 * **Invariant:** data only; every name is invented.
 */
import type { CommentView } from '../generated';

type Said = Pick<CommentView, 'by' | 'text' | 'visibility' | 'resolution' | 'edited'> & {
  answers: number | null;
};

const said = (by: string | null, text: string, part: Partial<Said> = {}): Said => ({
  by,
  text,
  visibility: 'internal',
  resolution: false,
  edited: false,
  answers: null,
  ...part,
});

export const SAYINGS: readonly Said[] = [
  said('Priya Nair', 'Reception is on paper now, two patients waiting. 😟', { visibility: 'public' }),
  said(
    'Bob Kessler',
    'Switch port 14 was left on the old VLAN; I asked Lee to check the patch panel first.',
    { edited: true },
  ),
  said(null, ''),
  said('Priya Nair', 'هل هناك أي جديد؟ المرضى ينتظرون', { visibility: 'public' }),
  said('Dana Wu', '<b>not bold</b> <script>alert(1)</script> is what the camera’s page says.', {
    answers: 1,
  }),
  said(
    'Alexandria Constantinopoulos-Featherstonehaugh',
    'Checked so far:\n  1. cable\n  2. port light\n  3. DHCP lease, which is from the wrong scope\n\nNext: move the port and wait for a lease.',
  ),
  said('Lee Okafor', 'Port moved, lease is right, booking page opens.', {
    resolution: true,
    visibility: 'public',
  }),
];
