import { describe, expect, it } from 'vitest';
import { ALL_COLUMNS, FIRST_COLUMNS, KEPT, fitting, template, withColumn } from './columns';

describe('the columns of the board (CO-2)', () => {
  it('all stand where there is room, and what a ticket is stands however narrow it gets', () => {
    expect(fitting(ALL_COLUMNS, 3000)).toEqual(ALL_COLUMNS);
    expect(fitting(FIRST_COLUMNS, 1380)).toEqual(FIRST_COLUMNS);
    for (let width = 2000; width > 200; width -= 10) {
      const kept = fitting(ALL_COLUMNS, width);
      expect(KEPT.every((column) => kept.includes(column))).toBe(true);
      expect(kept, 'in their order').toEqual(ALL_COLUMNS.filter((column) => kept.includes(column)));
    }
    expect(fitting(ALL_COLUMNS, 300)).toEqual(ALL_COLUMNS.filter((column) => KEPT.includes(column)));
  });

  it('never grow fewer as the board grows wider', () => {
    let before = 0;
    for (let width = 200; width < 2000; width += 7) {
      const now = fitting(ALL_COLUMNS, width).length;
      expect(now).toBeGreaterThanOrEqual(before);
      before = now;
    }
  });

  it('are put in at their place among the others, and taken out', () => {
    expect(withColumn(FIRST_COLUMNS, 'team', true)).toEqual([
      'severity',
      'number',
      'title',
      'client',
      'status',
      'assignee',
      'team',
      'presence',
      'due',
    ]);
    expect(withColumn(FIRST_COLUMNS, 'client', false)).not.toContain('client');
    expect(withColumn(FIRST_COLUMNS, 'title', false), 'a line without its title says nothing').toEqual(
      FIRST_COLUMNS,
    );
    expect(withColumn(['due', 'title', 'severity', 'status'], 'age', true)).toEqual([
      'age',
      'due',
      'title',
      'severity',
      'status',
    ]);
  });

  it('have a width each', () => expect(template(ALL_COLUMNS).split(/\s(?![^(]*\))/)).toHaveLength(14));
});
