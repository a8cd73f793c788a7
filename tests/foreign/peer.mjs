// A stock client: the provider of the given major version, untouched, on one shared socket.
// Usage: node peer.mjs <2|4> <url>
import WebSocket from 'ws';
import * as Y from 'yjs';
import { obey, say } from './lines.mjs';

const [major, url] = process.argv.slice(2);
const { HocuspocusProvider, HocuspocusProviderWebsocket } = await import(`provider-${major}`);

const rooms = new Map();
const socket = new HocuspocusProviderWebsocket({
  url,
  WebSocketPolyfill: WebSocket,
  // A test that expects a lasting connection must not be fooled by a quick second one.
  onConnect: () => say({ is: 'connected' }),
  onDisconnect: ({ event }) => say({ is: 'disconnected', code: event.code }),
});

/** Everybody else who is shown in a room, as the awareness state says it. */
function others(provider) {
  const all = [...provider.awareness.getStates()];
  return all.filter(([client]) => client !== provider.awareness.clientID).map(([, state]) => state.user ?? null);
}

obey({
  join({ room, token }) {
    const provider = new HocuspocusProvider({
      websocketProvider: socket,
      name: room,
      document: new Y.Doc(),
      token,
      onAuthenticated: () => say({ is: 'authenticated', room }),
      onAuthenticationFailed: ({ reason }) => say({ is: 'denied', room, reason }),
      // Older ones also tell when it ends.
      onSynced: ({ state }) => state && say({ is: 'synced', room }),
      onStateless: ({ payload }) => say({ is: 'stateless', room, payload: JSON.parse(payload) }),
      onAwarenessChange: () => say({ is: 'presence', room, others: others(provider) }),
    });
    // Providers of a shared socket attach themselves in 2.x and wait for it from 3.x on.
    provider.attach?.();
    rooms.set(room, provider);
  },
  show({ room, user }) {
    rooms.get(room).setAwarenessField('user', user);
  },
  leave({ room }) {
    rooms.get(room).destroy();
    rooms.delete(room);
  },
});
