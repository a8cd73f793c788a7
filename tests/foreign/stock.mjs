// A company that runs the stock: its REST as far as a console asks it, beside the real room server of 2.15.3 as the stock
// sets it up: the token in the address is looked at when the socket opens, the one in the first message never, and what
// the tickets' Redis channel says goes into the room of that ticket.
// REST knows no versions and no feed, tells nobody who they are, and publishes nothing when it writes. The web does.
// Usage: node stock.mjs <redis url> <api key> <cookie>
import { createServer } from 'node:http';
import Redis from 'ioredis';
import jwt from 'jsonwebtoken';
import { Hocuspocus } from 'server-2';
import { obey, say } from './lines.mjs';

const [redisUrl, apiKey, cookie] = process.argv.slice(2);
const TENANT = 'company';
const SECRET = 'what only the stock knows';
const PREFIX = 'alga-psa:ticket-updates:';
const SETTABLE = ['title', 'board_id', 'status_id', 'priority_id', 'assigned_to'];

const people = [
  { user_id: 'u-nora', username: 'nora', email: 'nora@company.example', first_name: 'Nora', last_name: 'Berg' },
  { user_id: 'u-bob', username: 'bob', email: 'bob@company.example', first_name: 'Bob', last_name: 'Kessler' },
].map((person) => ({ ...person, tenant: TENANT, is_inactive: false, image: null }));
const nameOf = (user) => people.filter((one) => one.user_id === user).map((one) => `${one.first_name} ${one.last_name}`)[0];

const lookups = {
  '/api/v1/boards': [{ board_id: 'b1', board_name: 'Service Desk', display_order: 1, is_default: true }],
  '/api/v1/tickets/statuses': ['New', 'On Hold', 'Resolved'].map((name, place) => ({
    status_id: `s${place + 1}`,
    board_id: 'b1',
    name,
    is_closed: name === 'Resolved',
    is_default: place === 0,
    order_number: place,
  })),
  '/api/v1/priorities': [{ priority_id: 'p1', priority_name: 'Normal', order_number: 1, color: '#888888' }],
  '/api/v1/users': people,
};

const tickets = new Map(
  Array.from({ length: 12 }, (_, place) => [
    `t${place + 1}`,
    {
      tenant: TENANT,
      ticket_id: `t${place + 1}`,
      ticket_number: `${place + 1}`,
      title: `Ticket ${place + 1}`,
      board_id: 'b1',
      client_id: 'c1',
      client_name: 'Northwind Dental',
      status_id: 's1',
      status_is_closed: false,
      priority_id: 'p1',
      assigned_to: null,
      entered_at: '2026-11-21T08:00:00.000Z',
      updated_at: null,
    },
  ]),
);

const rest = createServer(async (request, response) => {
  const url = new URL(request.url, 'http://stock');
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const answer = (status, body) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
  const path = decodeURIComponent(url.pathname);
  const live = path.match(/^\/api\/tickets\/([^/]+)\/live-token$/);
  if (live) {
    // A page of the web: an API key is nothing to it.
    if (request.headers.cookie !== cookie) return answer(401, { error: 'Unauthorized' });
    if (!tickets.has(live[1])) return answer(404, { error: 'Ticket not found' });
    return answer(200, { token: token(live[1], 'u-nora') });
  }
  const key = request.headers['x-api-key'];
  // Both shapes of the same refusal.
  if (!key) return answer(401, { error: 'Unauthorized: API key missing' });
  if (key !== apiKey) return answer(401, { error: { code: 'UNAUTHORIZED', message: 'Invalid API key' } });
  if (lookups[path]) return answer(200, { data: lookups[path] });
  if (path === '/api/v1/users/me') return answer(500, { error: { code: 'INTERNAL_ERROR', message: 'invalid input syntax' } });
  if (path === '/api/v1/tickets') {
    const data = [...tickets.values()];
    const pagination = { page: 1, limit: 100, total: data.length, totalPages: 1, hasNext: false, hasPrev: false };
    return answer(200, { data, pagination, meta: { sort: 'entered_at', order: 'asc', filters: {} } });
  }
  const [, id, assignment] = path.match(/^\/api\/v1\/tickets\/([^/]+?)(\/assignment)?$/) ?? [];
  const ticket = tickets.get(id);
  if (!ticket) {
    response.writeHead(404, { 'content-type': 'text/html' }).end('<h1>404</h1>');
    return undefined;
  }
  if (request.method === 'PUT') {
    const body = JSON.parse(Buffer.concat(chunks).toString());
    say({ is: 'put', ticket: id, body, assignment: Boolean(assignment) });
    if (!assignment && body.assigned_to === null) {
      const details = [{ path: ['assigned_to'], message: 'Expected string, received null', code: 'invalid_type' }];
      return answer(400, { error: { code: 'VALIDATION_ERROR', message: 'Validation failed', details } });
    }
    // Keys that it does not know are dropped without a word, and nobody is told.
    for (const name of assignment ? ['assigned_to'] : SETTABLE) if (name in body) ticket[name] = body[name];
    ticket.updated_at = new Date().toISOString();
  }
  return answer(200, { data: ticket });
});

const rooms = new Hocuspocus({
  address: '127.0.0.1',
  port: 0,
  quiet: true,
  stopOnSignals: false,
  async onConnect({ documentName, requestParameters }) {
    const claims = jwt.verify(requestParameters.get('token') ?? '', SECRET, { algorithms: ['HS256'] });
    if (documentName !== `ticket:${claims.tenantId}:${claims.ticketId}`) throw new Error('another room');
    say({ is: 'entered', room: documentName });
  },
  async onDisconnect({ documentName }) {
    say({ is: 'left', room: documentName });
  },
});

const subscriber = new Redis(redisUrl);
const publisher = new Redis(redisUrl);
subscriber.on('pmessage', (_pattern, channel, message) => {
  const [tenant, ticket] = channel.slice(PREFIX.length).split(':');
  const { updatedFields, updatedBy, updatedAt } = JSON.parse(message);
  rooms.documents.get(`ticket:${tenant}:${ticket}`)?.broadcastStateless(JSON.stringify({ updatedFields, updatedBy, updatedAt }));
});
await subscriber.psubscribe(`${PREFIX}*`);

function token(ticketId, userId) {
  const issued = Math.floor(Date.now() / 1000);
  return jwt.sign({ tenantId: TENANT, userId, ticketId, iat: issued, exp: issued + 300, jti: crypto.randomUUID() }, SECRET);
}

obey({
  /** Somebody saves in the web: the hint goes out, and the time of the last change stays what it was. */
  webSave({ ticket, field, value, by }) {
    tickets.get(ticket)[field] = value;
    const updatedBy = { userId: by, displayName: nameOf(by) };
    const hint = { updatedFields: [field], updatedBy, updatedAt: new Date().toISOString() };
    publisher.publish(`${PREFIX}${TENANT}:${ticket}`, JSON.stringify(hint));
  },
  /** Somebody writes over REST: nothing goes out. */
  restSave({ ticket, field, value }) {
    tickets.get(ticket)[field] = value;
    say({ is: 'written', ticket, field });
  },
  tell({ ticket }) {
    say({ is: 'ticket', row: tickets.get(ticket) });
  },
  mint({ ticket, user }) {
    say({ is: 'token', token: token(ticket, user) });
  },
  /** The room server is stopped, as when it is started anew. */
  async dropRooms() {
    rooms.closeConnections();
    say({ is: 'dropped' });
  },
});

await rooms.listen(0);
rest.listen(0, '127.0.0.1', () => {
  say({ is: 'listening', rest: rest.address().port, rooms: rooms.address.port });
});
