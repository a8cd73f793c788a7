/**
 * The plain table, for measurements only (`cargo xtask bench window`); no part of the program.
 *
 * **Invariant:** nothing of the console is imported here: it is what somebody would write without it.
 */
import { mount } from 'svelte';
import PlainTable from './PlainTable.svelte';
import type { PlainRow } from './rows';

const all = (globalThis as { callboardRows?: PlainRow[] }).callboardRows ?? [];
const asked = new URLSearchParams(location.search);
const count = Number(asked.get('rows') ?? all.length);
const changes = Number(asked.get('changes') ?? 0);
const target = document.getElementById('app');
if (target) mount(PlainTable, { target, props: { given: all.slice(0, count), changes } });
