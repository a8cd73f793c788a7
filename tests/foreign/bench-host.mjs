// A stock server as a company would run it for live tickets: it checks the token of each room and hands what the
// tickets' Redis channel says to the room of that ticket. Nothing is switched on that costs and is not needed.
// Usage: node bench-host.mjs <2|4> <port> <redis url> <secret>
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import Redis from 'ioredis';
import jwt from 'jsonwebtoken';
import { obey, say } from './lines.mjs';

const [major, port, redis, secret] = process.argv.slice(2);
const { Hocuspocus, Server } = await import(`server-${major}`);

const hooks = {
  address: '127.0.0.1',
  port: Number(port),
  quiet: true,
  stopOnSignals: false,
  async onAuthenticate({ documentName, token }) {
    const { tenantId, ticketId } = jwt.verify(token, secret, { algorithms: ['HS256'] });
    if (documentName !== `ticket:${tenantId}:${ticketId}`) throw new Error('another room');
    return { tenantId, ticketId };
  },
};

// 2.x listens by itself, later majors through a server around it.
const server = major === '2' ? new Hocuspocus(hooks) : new Server(hooks);
const { documents } = server.hocuspocus ?? server;

const subscriber = new Redis(redis);
subscriber.on('pmessage', (_pattern, channel, message) => {
  const [tenant, ticket] = channel.split(':').slice(-2);
  const document = documents.get(`ticket:${tenant}:${ticket}`);
  if (!document) return;
  // Read and written anew, as the stock extension does: what is no JSON never reaches a room.
  const { updatedFields, updatedBy, updatedAt } = JSON.parse(message);
  document.broadcastStateless(JSON.stringify({ updatedFields, updatedBy, updatedAt }));
});
await subscriber.psubscribe('alga-psa:ticket-updates:*');
await server.listen(Number(port));

// The collector, without a flag of the program's: memory is to be looked at when nothing can be freed any more.
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');

obey({
  settle() {
    collect();
    collect();
    say({ is: 'settled', rooms: documents.size });
  },
});
say({ is: 'listening', port: server.address.port });
