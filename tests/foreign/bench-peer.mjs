// A browser's worth of stock provider that holds many rooms, all on one shared socket and with an empty document each: the
// least that the stock's client can hold them with. In the first room it shows a face, as somebody who looks at a ticket
// does; without that nothing would be said to it and it would drop its socket every 30 s.
// Usage: node bench-peer.mjs <4> <url>
import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import WebSocket from 'ws';
import * as Y from 'yjs';
import { obey, say } from './lines.mjs';

const [major, url] = process.argv.slice(2);
const { HocuspocusProvider, HocuspocusProviderWebsocket } = await import(`provider-${major}`);
const socket = new HocuspocusProviderWebsocket({ url, WebSocketPolyfill: WebSocket });
const providers = new Map();
const synced = new Set();
let wanted = 0;
/** Tokens live for five minutes: whoever measures puts fresh ones here before a server comes back. */
let tokens = {};

function note(room, is) {
  if (is) synced.add(room);
  else synced.delete(room);
  if (is && synced.size === wanted) say({ is: 'all', rooms: wanted });
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');

obey({
  /** Rooms and tokens lie in a file: a line of a thousand tokens is no line. */
  tokens({ file }) {
    tokens = JSON.parse(readFileSync(file, 'utf8'));
    say({ is: 'tokens' });
  },
  open({ count }) {
    const rooms = Object.keys(tokens).slice(0, count);
    wanted = rooms.length;
    for (const room of rooms.filter((name) => !providers.has(name))) {
      const provider = new HocuspocusProvider({
        websocketProvider: socket,
        name: room,
        document: new Y.Doc(),
        token: () => tokens[room],
        onSynced: ({ state }) => note(room, state),
        onDisconnect: () => note(room, false),
      });
      provider.attach?.();
      providers.set(room, provider);
    }
  },
  show({ user }) {
    const [first] = providers.values();
    first.setAwarenessField('user', user);
    say({ is: 'shown' });
  },
  settle() {
    collect();
    collect();
    say({ is: 'settled', rooms: synced.size });
  },
});
say({ is: 'ready' });
