/**
 * Looks at the built window in a headless browser: pictures of every scene and of the gallery in both themes; axe and the
 * facts of the layout on each.
 *
 * `npm run look -- <folder>`; the browser is `CHROMIUM` or `/usr/bin/chromium`. Served with the policy of the program,
 * so that what it forbids fails here too.
 */
import { mkdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import puppeteer from 'puppeteer-core';

const here = fileURLToPath(new URL('.', import.meta.url));
const dist = join(here, '../dist');
const folder = process.argv[2] ?? join(dist, '../look/pictures');
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.woff2': 'font/woff2' };
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self'; img-src 'self' data:";

const open = async (page) => {
  await page.click('[data-testid="row"]');
  await page.waitForSelector('[data-testid="field-status_id"]');
};
const pick = async (page) => {
  await open(page);
  await page.click('[data-testid="pick-assigned_to"]');
  await page.waitForSelector('[data-testid="option"]');
};
const type = async (page) => {
  await open(page);
  await page.click('[data-testid="edit-title"]');
  await page.keyboard.type(' since noon');
  await page.waitForSelector('[data-testid="field-title"][data-state="draft"]');
};
const find = async (page) => {
  await page.type('[data-testid="search"]', 'zebra');
  await page.waitForFunction(() => !document.querySelector('[data-testid="row"]'));
};
const keys = async (page) => {
  await page.focus('[data-testid="board"]');
  for (const key of ['ArrowDown', 'j', 'j', 'ArrowDown', 'Enter', 'j']) await page.keyboard.press(key);
  await page.waitForSelector('[data-testid="field-status_id"]');
};
const palette = (line) => async (page) => {
  await page.keyboard.down('Control');
  await page.keyboard.press('k');
  await page.keyboard.up('Control');
  await page.waitForSelector('[data-testid="palette-line"]');
  await page.keyboard.type(line);
  await page.waitForSelector('[data-testid="offer"]');
};
const sheet = async (page) => {
  await page.keyboard.press('?');
  await page.waitForSelector('[data-testid="shortcuts"]');
};
const nothing = async () => {};
const go = (place, then) => async (page) => {
  await page.click(`[data-testid="go-${place}"]`);
  if (then) await page.waitForSelector(`[data-testid="${then}"]`);
};
const needs = go('needs', 'needs-list-line');
/** Two lines down, and the ticket of that one beside the list. */
const needsBeside = async (page) => {
  await needs(page);
  for (const key of ['ArrowDown', 'ArrowDown', 'Enter']) await page.keyboard.press(key);
  await page.waitForSelector('[data-testid="composer"]');
};
const outbox = async (page) => {
  await go('outbox', 'outbox-waiting-line')(page);
  for (const key of ['ArrowDown', 'ArrowDown']) await page.keyboard.press(key);
};
const activity = async (page) => {
  await go('activity', 'activity-list-line')(page);
  await page.keyboard.press('ArrowDown');
};
const settings = async (page) => {
  await go('settings', 'rules-line')(page);
  await page.focus('[data-testid="rules"]');
  for (const key of ['ArrowDown', 't']) await page.keyboard.press(key);
  await page.waitForSelector('[data-testid="verdict"][data-reason]');
};
const settingsEnd = async (page) => {
  await settings(page);
  await page.click('[data-testid="quiet-hours"]');
  await page.waitForSelector('[data-testid="quiet-from"]');
  await page.$eval('[data-testid="settings-quiet"]', (section) => section.scrollIntoView());
};
const events = async (page) => {
  for (const key of ['g', 'e']) await page.keyboard.press(key);
  await page.waitForSelector('[data-testid="events-catalog"]');
};
const eventForm = (name) => async (page) => {
  await events(page);
  await page.keyboard.press('f');
  await page.keyboard.type(name);
  for (const key of ['Enter', 'Enter']) await page.keyboard.press(key);
  await page.waitForSelector('[data-testid="events-send"]');
};
const eventRefused = async (page) => {
  await eventForm('approval')(page);
  await page.type('[data-testid="field-of-event-ticketId"]', ' no id');
  await page.click('[data-testid="events-send"]');
  await page.waitForSelector('[data-fate="refused"]');
};
const eventArrived = async (page) => {
  await eventForm('approval')(page);
  await page.click('[data-testid="events-send"]');
  await page.waitForSelector('[data-fate="arrived"]');
};
const writing = async (page) => {
  await open(page);
  await page.keyboard.press('r');
  await page.keyboard.type('Switch port 14 was left on the old VLAN, I asked Lee to');
};
const many = async (page) => {
  await page.focus('[data-testid="board"]');
  for (const key of [
    'ArrowDown',
    ' ',
    'ArrowDown',
    ' ',
    'ArrowDown',
    ' ',
    'ArrowDown',
    ' ',
    'ArrowDown',
    ' ',
  ])
    await page.keyboard.press(key);
  await page.waitForSelector('[data-testid="bulk-bar"][data-count="5"]');
};
const manyDone = async (page) => {
  await many(page);
  await page.keyboard.press('s');
  await page.waitForSelector('[data-testid="option"]');
  await page.keyboard.press('Enter');
  await page.waitForSelector('[data-testid="bulk-done"]');
  await page.keyboard.press('Escape');
};

const WIDE = { width: 1440, height: 900 };
const GALLERY = ['', '&open=menu', '&open=popover', '&open=picker', '&open=dialog'].map((open) => ({
  name: `gallery${open.replace('&open=', '-')}`,
  scene: `gallery${open}`,
  size: { width: 1440, height: 3400 },
  act: nothing,
}));
const LOOKS = [
  ...GALLERY,
  { name: 'gallery-narrow', scene: 'gallery', size: { width: 480, height: 5200 }, act: nothing },
  { name: 'palette', scene: 'calm', size: WIDE, act: palette('') },
  { name: 'palette-found', scene: 'calm', size: WIDE, act: palette('printer') },
  { name: 'command-value', scene: 'calm', size: WIDE, act: palette('/s 4312 o') },
  { name: 'command-ready', scene: 'calm', size: WIDE, act: palette('/s 4312 hold') },
  { name: 'keys-sheet', scene: 'calm', size: WIDE, act: sheet },
  { name: 'board', scene: 'calm', size: WIDE, act: nothing },
  { name: 'conflict', scene: 'conflict', size: WIDE, act: open },
  { name: 'offline', scene: 'offline', size: WIDE, act: open },
  { name: 'picker', scene: 'conflict', size: WIDE, act: pick },
  { name: 'typing', scene: 'calm', size: WIDE, act: type },
  { name: 'unavailable', scene: 'unavailable', size: WIDE, act: open },
  { name: 'no-match', scene: 'reconnecting', size: WIDE, act: find },
  { name: 'waiting', scene: 'empty', size: WIDE, act: nothing },
  { name: 'loading', scene: 'loading', size: WIDE, act: nothing },
  { name: 'keys', scene: 'calm', size: WIDE, act: keys },
  { name: 'setup', scene: 'setup', size: WIDE, act: nothing },
  { name: 'first', scene: 'first', size: WIDE, act: nothing },
  { name: 'connect', scene: 'connect', size: { width: 720, height: 900 }, act: nothing },
  { name: 'held', scene: 'frozen', size: WIDE, act: nothing },
  { name: 'needs', scene: 'work', size: WIDE, act: needs },
  { name: 'needs-beside', scene: 'work', size: WIDE, act: needsBeside },
  { name: 'needs-empty', scene: 'calm', size: WIDE, act: go('needs', 'needs') },
  { name: 'needs-loading', scene: 'loading', size: WIDE, act: go('needs', 'waiting') },
  { name: 'needs-offline', scene: 'offline', size: WIDE, act: needs },
  { name: 'outbox', scene: 'work', size: WIDE, act: outbox },
  { name: 'outbox-empty', scene: 'calm', size: WIDE, act: go('outbox', 'outbox') },
  { name: 'comments', scene: 'work', size: WIDE, act: writing },
  { name: 'activity', scene: 'calm', size: WIDE, act: activity },
  { name: 'activity-empty', scene: 'empty', size: WIDE, act: go('activity', 'activity') },
  { name: 'settings', scene: 'calm', size: WIDE, act: settings },
  { name: 'settings-end', scene: 'calm', size: WIDE, act: settingsEnd },
  { name: 'events', scene: 'calm', size: WIDE, act: events },
  { name: 'events-offline', scene: 'offline', size: WIDE, act: events },
  { name: 'events-refused', scene: 'calm', size: WIDE, act: eventRefused },
  { name: 'events-arrived', scene: 'calm', size: WIDE, act: eventArrived },
  { name: 'events-lists', scene: 'calm', size: WIDE, act: eventForm('email') },
  { name: 'events-small', scene: 'calm', size: { width: 1024, height: 640 }, act: eventForm('assigned') },
  {
    name: 'zoomed-events',
    scene: 'calm',
    size: { width: 720, height: 450, deviceScaleFactor: 2 },
    act: eventArrived,
  },
  { name: 'many', scene: 'calm', size: WIDE, act: many },
  { name: 'many-done', scene: 'calm', size: WIDE, act: manyDone },
  {
    name: 'zoomed-needs',
    scene: 'work',
    size: { width: 720, height: 450, deviceScaleFactor: 2 },
    act: needs,
  },
  {
    name: 'zoomed-settings',
    scene: 'calm',
    size: { width: 720, height: 450, deviceScaleFactor: 2 },
    act: settings,
  },
  { name: 'small', scene: 'conflict', size: { width: 1024, height: 640 }, act: open },
  { name: 'zoomed', scene: 'conflict', size: { width: 720, height: 450, deviceScaleFactor: 2 }, act: open },
  {
    name: 'zoomed-board',
    scene: 'reconnecting',
    size: { width: 720, height: 450, deviceScaleFactor: 2 },
    act: nothing,
  },
];

function serve() {
  const server = createServer(async (request, response) => {
    const path = new URL(request.url, 'http://x').pathname;
    try {
      const file = join(dist, normalize(path === '/' ? '/index.html' : path));
      const body = await readFile(file);
      response.writeHead(200, { 'content-type': TYPES[extname(file)], 'content-security-policy': POLICY });
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  return new Promise((done) => server.listen(0, '127.0.0.1', () => done(server)));
}

/** An open list covers what lies behind it; that is no small target. */
const covered = (name) => (/picker|menu|popover/.test(name) ? { 'target-size': { enabled: false } } : {});

async function layout(page) {
  await page.evaluate(await readFile(join(here, 'facts.js'), 'utf8'));
  return page.evaluate(() => window.layoutComplaints());
}

async function violations(page, name) {
  await page.evaluate(await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'));
  const found = await page.evaluate(
    (rules) =>
      window.axe.run({
        runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
        rules,
      }),
    covered(name),
  );
  return found.violations.map(
    ({ id, help, nodes }) =>
      `${id}: ${help}\n    ${nodes
        .slice(0, 4)
        .map((node) => `${node.html.slice(0, 160)} | ${node.failureSummary.split('\n')[1]}`)
        .join('\n    ')}`,
  );
}

const only = process.argv[3];
const server = await serve();
const browser = await puppeteer.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--force-color-profile=srgb'],
});
let bad = 0;
await mkdir(folder, { recursive: true });
for (const theme of ['dark', 'light']) {
  for (const { name, scene, size, act } of LOOKS.filter((look) => !only || look.name.startsWith(only))) {
    const page = await browser.newPage();
    page.on(
      'console',
      (message) => message.type() === 'error' && (bad++, console.error(name, message.text())),
    );
    page.on('pageerror', (error) => (bad++, console.error(name, error)));
    await page.setViewport(size);
    await page.emulateMediaFeatures([
      { name: 'prefers-color-scheme', value: theme },
      { name: 'prefers-reduced-motion', value: 'reduce' },
    ]);
    await page.goto(`http://127.0.0.1:${server.address().port}/?scene=${scene}`);
    await page.waitForSelector('[data-testid="board"], [data-testid="setup"], [data-testid="gallery"]');
    if (!['empty', 'loading', 'setup', 'first', 'connect'].includes(scene) && !scene.startsWith('gallery'))
      await page.waitForSelector('[data-testid="row"]');
    await act(page);
    await page.evaluate(() => document.fonts.ready);
    await page.screenshot({ path: join(folder, `${name}-${theme}.png`) });
    for (const violation of [...(await layout(page)), ...(await violations(page, name))]) {
      bad++;
      console.error(`${name} ${theme}: ${violation}`);
    }
    await page.close();
  }
}
await browser.close();
server.close();
console.log(bad === 0 ? 'nothing to complain about' : `${bad} complaints`);
process.exitCode = bad === 0 ? 0 : 1;
