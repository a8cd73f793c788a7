/**
 * Who and what the made-up board is about.
 *
 * **Invariant:** data only; every name is invented.
 */
import type { Choice, Face, HabitsView, ProfileView, Severity, Tone } from '../generated';

const choice = (
  value: string | null,
  label: string,
  tone: Tone | null = null,
  severity: Severity | null = null,
) => ({ value, label, tone, severity }) satisfies Choice;

const face = (user: string, name: string, color: string): Face => ({
  user,
  name,
  initials: name
    .split(' ')
    .map((part) => part[0])
    .join(''),
  color,
  editing: null,
  state: 'here',
  since: 0,
});

export const ME = face('u-nb', 'Nora Brandt', '#2aa3e0');
export const PEOPLE = [
  face('u-bk', 'Bob Kessler', '#8b5cf6'),
  face('u-ar', 'Alex Rivera', '#f97316'),
  face('u-dw', 'Dana Wu', '#14b8a6'),
  face('u-ms', 'Mia Sands', '#ec4899'),
  face('u-jp', 'Jo Park', '#22c55e'),
  face('u-ob', 'Ola Berg', '#eab308'),
];

export const STATUSES: readonly Choice[] = [
  choice('s-new', 'New', 'work'),
  choice('s-progress', 'In progress', 'work'),
  choice('s-dispatched', 'Dispatched', 'moving'),
  choice('s-route', 'En route', 'moving'),
  choice('s-site', 'On site', 'good'),
  choice('s-hold', 'On hold', 'quiet'),
  choice('s-wait', 'Waiting for client', 'quiet'),
  choice('s-resolved', 'Resolved', 'good'),
  choice('s-closed', 'Closed', 'quiet'),
];

export const PRIORITIES: readonly Choice[] = [
  choice('p-1', 'Critical', null, 'critical'),
  choice('p-2', 'High', null, 'high'),
  choice('p-3', 'Normal', null, 'normal'),
  choice('p-4', 'Low', null, 'low'),
];

export const ASSIGNEES: readonly Choice[] = [
  choice(null, ''),
  ...[
    'Lee Okafor',
    'Dana Wu',
    'Sam Ito',
    'Ola Berg',
    'Nora Brandt',
    'Bob Kessler',
    'Mia Sands',
    'Jo Park',
  ].map((name, place) => choice(`a-${place}`, name)),
];

export const BOARDS: readonly Choice[] = [
  choice('b-desk', 'Service Desk'),
  choice('b-field', 'Field Service'),
  choice('b-project', 'Projects'),
];

export const HABITS: HabitsView = {
  habits: { closingHides: true, startsUnseen: true, volume: 70, zoom: 100 },
  autostart: { is: 'off' },
  notKept: null,
  logFolder: '/home/nora/.local/share/dev.callboard.console/log',
};

export const PROFILES: readonly ProfileView[] = [
  { id: 'p-1', kind: 'server', server: 'https://desk.example.com', tenant: null, user: 'Nora Brandt' },
  { id: 'p-2', kind: 'here', server: 'http://127.0.0.1', tenant: null, user: 'Nora Berg' },
];

export const CLIENTS = [
  'Northwind Dental',
  'Alder & Finch',
  'Brightwater Foods',
  'Kite Logistics',
  'Corner Books',
];
export const LOCATIONS = ['Harbour St. clinic', 'Head office', 'Warehouse 2', 'Market Sq.', 'North depot'];

export const TITLES = [
  'Front desk cannot reach the booking server since the switch was replaced',
  'VPN down for all home workers',
  'Payroll export fails with timeout',
  'Printer queue stuck on 2nd floor',
  'New starter: laptop and accounts by Monday, please call first',
  'Shared mailbox permission for reception',
  'Till 3 drops the card terminal',
  'مشكلة في تسجيل الدخول بعد التحديث',
  'Backup job warning on NAS-02',
  'Move phones to the new reception desk',
  'Scanner sends blank pages to e-mail',
  'Quote for two extra screens',
  'Guest Wi-Fi slow in the waiting room',
  'Archive mailbox of a former employee',
  'Door camera offline after the power cut',
  'Rename distribution list “All staff”',
  '<img src=x onerror=alert(1)> is what the form shows',
  'Label printer prints every second label only',
];
