// A GraphQL server of npm as its documentation has it: graphql-ws on ws, told by the PubSub of graphql-subscriptions. It keeps
// its tickets in memory, checks the token of each socket, and asks before each delivery whether the reader may see the board.
// Usage: node bench-graphql.mjs <port> <token> <tickets>
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { buildSchema } from 'graphql';
import { PubSub, withFilter } from 'graphql-subscriptions';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { obey, say } from './lines.mjs';

const [port, token, count] = process.argv.slice(2);
const readers = new Map([[token, { id: 'reader', boards: new Set(['board']) }]]);
const tickets = new Map();
for (let number = 0; number < Number(count); number += 1) {
  const id = `ticket-${number}`;
  tickets.set(id, { id, number: `T-${number}`, title: 'Printer', boardId: 'board', statusName: 'New', priorityName: 'High', assignedToName: null });
}

const schema = buildSchema(`
  scalar JSON
  type User { id: ID! }
  type Ticket { id: ID! number: String! title: String! statusName: String priorityName: String assignedToName: String }
  type Change { field: String! oldValue: JSON newValue: JSON }
  type Event { eventType: String! timestamp: String! ticket: Ticket triggeredBy: User changes: [Change!]! }
  type Query { me: User! }
  type Subscription { ticketUpdated(ticketId: ID!): Event! }
`);
const pubsub = new PubSub();
// As many listen as the measurement wants; the warning is for those who forget to leave.
pubsub.ee.setMaxListeners(0);
const subscription = schema.getSubscriptionType().getFields().ticketUpdated;
subscription.subscribe = withFilter(
  (_root, { ticketId }) => pubsub.asyncIterableIterator(`TICKET_UPDATED.${ticketId}`),
  (told, _arguments, { user }) => user.boards.has(told.boardId),
);
schema.getQueryType().getFields().me.resolve = (_root, _arguments, { user }) => user;

const server = new WebSocketServer({ host: '127.0.0.1', port: Number(port), path: '/graph' });
useServer(
  {
    schema,
    onConnect: ({ connectionParams, extra }) => {
      extra.user = readers.get(connectionParams?.authToken);
      return extra.user !== undefined;
    },
    context: ({ extra }) => ({ user: extra.user }),
  },
  server,
);

// The collector, without a flag of the program's: memory is to be looked at when nothing can be freed any more.
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');

obey({
  change({ ids, title }) {
    const timestamp = new Date().toISOString();
    for (const id of ids) {
      const ticket = tickets.get(id);
      const changes = [{ field: 'title', oldValue: ticket.title, newValue: title }];
      ticket.title = title;
      const ticketUpdated = { eventType: 'UPDATED', timestamp, ticket, triggeredBy: { id: 'writer' }, changes };
      pubsub.publish(`TICKET_UPDATED.${id}`, { boardId: ticket.boardId, ticketUpdated });
    }
  },
  settle() {
    collect();
    collect();
    say({ is: 'settled' });
  },
});
server.on('listening', () => say({ is: 'listening' }));
