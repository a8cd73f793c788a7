import { describe, expect, it } from 'vitest';
import { choice } from '../../test/shapes';
import { inkOn } from './color';
import { narrowed } from '../../state/narrow';

describe('the ink on a face', () => {
  function luminance(color: string): number {
    const [red = 0, green = 0, blue = 0] = [1, 3, 5]
      .map((at) => Number.parseInt(color.slice(at, at + 2), 16) / 255)
      .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  }

  it('reads on every colour (WCAG 1.4.3)', () => {
    for (let hue = 0; hue < 0x1000; hue++) {
      const color = `#${hue.toString(16).padStart(3, '0').replace(/./g, '$&$&')}`;
      const [dark = 0, light = 0] = [luminance(color), luminance(inkOn(color))].sort((a, b) => a - b);
      expect((light + 0.05) / (dark + 0.05), color).toBeGreaterThanOrEqual(4.5);
    }
  });

  it('does not stumble over a colour that is none', () => expect(inkOn('url(x)')).toBe('#ffffff'));
});

describe('narrowing choices by typing', () => {
  const people = [choice('1', 'Lee Okafor'), choice('2', 'Ola Berg'), choice('3', 'Zoë Nolan')];
  const found = (typed: string) => narrowed(people, typed).map(({ label }) => label);

  it('keeps all of them in order while nothing is typed', () => expect(found(' ')).toHaveLength(3));
  it('puts the starts of words first', () =>
    expect(found('o')).toEqual(['Lee Okafor', 'Ola Berg', 'Zoë Nolan']));
  it('does not mind accents and capitals', () => expect(found('ZOE')).toEqual(['Zoë Nolan']));
  it('finds nothing where nothing fits', () => expect(found('xyz')).toEqual([]));
});
