/**
 * Times and numbers as this window spells them.
 *
 * **Invariant:** takes the instants that it is given; reads no clock.
 */
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const numbers = new Intl.NumberFormat();
const shares = new Intl.NumberFormat(undefined, { style: 'percent' });
const hours = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const seconds = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});
const days = new Intl.DateTimeFormat(undefined, {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
});

const named = new Intl.DateTimeFormat(undefined, { weekday: 'short', day: 'numeric', month: 'short' });

export const number = (value: number): string => numbers.format(value);
/** A share in hundredths. */
export const percent = (hundredths: number): string => shares.format(hundredths / 100);
export const timeOfDay = (at: number): string => hours.format(at);
export const timeWithSeconds = (at: number): string => seconds.format(at);

/** A day with its name: `Mon 24 Nov`. */
export const dayWithName = (at: number): string => named.format(at);

const padded = (value: number): string => String(value).padStart(2, '0');

/** The day as it is typed, by the person's own clock: `2026-11-24`. */
export function dayOf(at: number): string {
  const date = new Date(at);
  return `${date.getFullYear()}-${padded(date.getMonth() + 1)}-${padded(date.getDate())}`;
}

/** The instant at which the person's own clock shows this day, as `dayOf` writes it, and this time of day; `null` where there is none. */
export function instantOf(day: string, time: string): number | null {
  const [, year, month, date] = /^\s*(\d{4})-(\d{1,2})-(\d{1,2})\s*$/.exec(day) ?? [];
  const minute = minuteOf(time);
  if (year === undefined || month === undefined || date === undefined || minute === null) return null;
  const at = new Date(Number(year), Number(month) - 1, Number(date), Math.floor(minute / 60), minute % 60);
  // The 31st of a month without one would be the 1st of the next.
  return at.getMonth() === Number(month) - 1 && at.getDate() === Number(date) ? at.getTime() : null;
}

/** A minute of the day, counted from midnight. */
export const timeOfMinute = (minute: number): string =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;

/** The minute of the day that was written like `22:00` or `7:30`; `null` where it is none. */
export function minuteOf(written: string): number | null {
  const [, hour, minute] = /^\s*(\d{1,2})[:.](\d{2})\s*$/.exec(written) ?? [];
  if (hour === undefined || minute === undefined || Number(hour) > 23 || Number(minute) > 59) return null;
  return Number(hour) * 60 + Number(minute);
}

/** The time of day, with the day where that is another one. */
export function moment(at: number, now: number): string {
  return new Date(at).toDateString() === new Date(now).toDateString() ? timeOfDay(at) : days.format(at);
}

/** What is left until `due`: `0:18` for 18 minutes, `-0:12` when it is past, `3d 4h` when it is far. */
export function countdown(due: number, now: number): string {
  const left = due - now;
  const sign = left < 0 ? '-' : '';
  // What is left is rounded up and what is over too, so that neither reads 0:00 early.
  const span = Math.ceil(Math.abs(left) / MINUTE) * MINUTE;
  if (span >= DAY) return `${sign}${Math.floor(span / DAY)}d ${Math.floor((span % DAY) / HOUR)}h`;
  return `${sign}${Math.floor(span / HOUR)}:${String((span % HOUR) / MINUTE).padStart(2, '0')}`;
}

/** How long since, short: `12m`, `5h`, `3d`. */
export function span(at: number, now: number): string {
  const gone = Math.max(0, now - at);
  if (gone < HOUR) return `${Math.floor(gone / MINUTE)}m`;
  return gone < DAY ? `${Math.floor(gone / HOUR)}h` : `${Math.floor(gone / DAY)}d`;
}

/** How long ago, in the one unit that matters. */
export function ago(at: number, now: number): string {
  const gone = Math.max(0, now - at);
  if (gone < 2_000) return 'just now';
  if (gone < MINUTE) return `${Math.floor(gone / 1000)} s ago`;
  if (gone < HOUR) return `${Math.floor(gone / MINUTE)} min ago`;
  if (gone < DAY) return `${Math.floor(gone / HOUR)} h ago`;
  return `${Math.floor(gone / DAY)} d ago`;
}
