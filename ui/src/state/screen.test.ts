import { describe, expect, it } from 'vitest';
import { DRAWN_MAX, drawn, onScreen, reveal } from './screen';

describe('which lines are drawn', () => {
  it('draws the lines on screen and a few around them', () => {
    expect(drawn(onScreen(3600, 360, 36, 10_000), 10_000)).toEqual({ first: 92, count: 27 });
  });

  it('draws ahead of a scroll, the further the faster it is, and never without an end', () => {
    const seen = onScreen(36_000, 360, 36, 10_000);
    expect(drawn(seen, 10_000, 11)).toEqual({ first: 992, count: 27 + 22 });
    expect(drawn(seen, 10_000, -11)).toEqual({ first: 970, count: 27 + 22 });
    expect(drawn(seen, 10_000, 5_000).count).toBe(27 + 40);
  });

  it('draws nothing that does not exist', () => {
    expect(drawn(onScreen(0, 900, 36, 3), 3)).toEqual({ first: 0, count: 3 });
    expect(drawn(onScreen(0, 900, 36, 0), 0)).toEqual({ first: 0, count: 0 });
    expect(drawn(onScreen(99_999, 900, 36, 5), 5).first).toBe(0);
  });

  it('never draws more than its limit, however high the window is', () => {
    expect(drawn(onScreen(0, 50_000, 28, 10_000), 10_000).count).toBe(DRAWN_MAX);
    expect(DRAWN_MAX).toBeLessThanOrEqual(200);
  });

  it('scrolls only as far as needed to show a line whole', () => {
    expect(reveal(5, 0, 360, 36)).toBeNull();
    expect(reveal(10, 0, 360, 36)).toBe(36);
    expect(reveal(2, 144, 360, 36)).toBe(72);
  });
});
