// The GraphQL client of npm, untouched: subscriptions over graphql-transport-ws.
// Usage: node graphql.mjs <url>
import { buildClientSchema, getIntrospectionQuery, printSchema } from 'graphql';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { obey, say } from './lines.mjs';

const [url] = process.argv.slice(2);
const running = new Map();
let client;

obey({
  connect({ params, retries = 0 }) {
    client = createClient({
      url,
      webSocketImpl: WebSocket,
      connectionParams: params,
      lazy: false,
      retryAttempts: retries,
      // Unless it is told otherwise it gives up on a server that refuses a connection, as one does that is starting again.
      shouldRetry: () => true,
      // Its own waits are seconds long; how often it tries is its business, how long it waits is the test's.
      retryWait: () => new Promise((resolve) => setTimeout(resolve, 100)),
      onNonLazyError: (error) => say({ is: 'refused', code: error.code, reason: error.reason }),
      on: {
        connected: () => say({ is: 'connected' }),
        closed: (event) => say({ is: 'closed', code: event.code, reason: event.reason }),
      },
    });
  },
  subscribe({ id, query, variables }) {
    const stop = client.subscribe(
      { query, variables },
      {
        next: (result) => say({ is: 'next', id, result }),
        error: (error) => say({ is: 'failed', id, errors: Array.isArray(error) ? error : [{ code: error.code, message: error.reason ?? error.message }] }),
        complete: () => say({ is: 'complete', id }),
      },
    );
    running.set(id, stop);
  },
  stop({ id }) {
    running.get(id)();
    running.delete(id);
  },
  introspect() {
    client.subscribe(
      { query: getIntrospectionQuery() },
      {
        next: ({ data }) => say({ is: 'schema', text: printSchema(buildClientSchema(data)) }),
        error: (errors) => say({ is: 'failed', id: 'schema', errors }),
        complete: () => {},
      },
    );
  },
});
