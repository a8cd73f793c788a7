// A stock server of the given major version: lets in whoever has the token, relays nothing by itself.
// Usage: node host.mjs <2|4> <token>
import { obey, say } from './lines.mjs';

const [major, secret] = process.argv.slice(2);
const { Hocuspocus, Server } = await import(`server-${major}`);

const hooks = {
  address: '127.0.0.1',
  port: 0,
  quiet: true,
  stopOnSignals: false,
  async onAuthenticate({ documentName, token }) {
    if (token !== secret) throw new Error('not you');
    say({ is: 'authenticated', room: documentName });
  },
  async onDisconnect({ documentName }) {
    say({ is: 'left', room: documentName });
  },
};

// 2.x listens by itself, later majors through a server around it.
const server = major === '2' ? new Hocuspocus(hooks) : new Server(hooks);
await server.listen(0);
const { documents } = server.hocuspocus ?? server;

say({ is: 'listening', port: server.address.port });

obey({
  broadcast({ room, payload }) {
    documents.get(room).broadcastStateless(JSON.stringify(payload));
  },
});
