/**
 * Every word that the window says is in the catalogue, ready for another language (CO-21).
 *
 * What is looked for are words in the components themselves: between the tags, and in the attributes that people read
 * or hear.
 */
import { parse } from 'svelte/compiler';
import { describe, expect, it } from 'vitest';

/** The gallery is for whoever develops the window: nobody else sees it. */
const components = import.meta.glob<string>(['../components/**/*.svelte', '!**/gallery/**'], {
  query: '?raw',
  import: 'default',
  eager: true,
});

/** Attributes whose text reaches a person. */
const READ = new Set([
  'alt',
  'aria-description',
  'aria-label',
  'aria-roledescription',
  'aria-valuetext',
  'placeholder',
  'title',
]);
/** Two letters next to each other are a word; a lone one is a sign or a key. */
const WORD = /\p{L}{2}/u;

/** The words that stand in a component's own markup. */
function words(source: string): string[] {
  const found: string[] = [];
  visit(parse(source, { modern: true }).fragment, false);
  return found;

  /** `isRead`: inside of an attribute that people read. */
  function visit(node: unknown, isRead: boolean): void {
    if (Array.isArray(node)) return node.forEach((one) => visit(one, isRead));
    if (typeof node !== 'object' || node === null) return;
    const { type, name, data, value } = node as Record<string, unknown>;
    if (type === 'StyleDirective') return;
    if (type === 'Attribute') {
      if (READ.has(String(name))) visit(value, true);
      return;
    }
    if (type === 'Text' && WORD.test(String(data))) found.push(String(data).trim());
    if (isRead && type === 'Literal' && WORD.test(String(value))) found.push(String(value));
    for (const below of Object.values(node)) visit(below, isRead);
  }
}

describe('words', () => {
  it.each([
    ['<p>Some words</p>', ['Some words']],
    ['{#if is}<b>Some <i>words</i></b>{/if}', ['Some', 'words']],
    ['<button title="Some words">×</button>', ['Some words']],
    ["<button aria-label={is ? 'Some words' : say.none}></button>", ['Some words']],
    ['<p style:width="{5}px" class="some words">{say.words} · 5 %</p>', []],
    ['<script>const some = "words";</script><style>p { color: red }</style>', []],
  ])('are seen in %s', (source, found) => expect(words(source)).toEqual(found));
});

describe('the components', () => {
  it('are all looked at', () => expect(Object.keys(components).length).toBeGreaterThan(80));

  it.each(Object.entries(components))('%s has no words of its own', (_, source) =>
    expect(words(source)).toEqual([]),
  );
});
