// A page that listens to record channels: pusher-js, or laravel-echo on top of it, as they come from npm.
// Usage: node channels.mjs <pusher|echo> <host> <port> <api key>
import Pusher from 'pusher-js';
import { obey, say } from './lines.mjs';

const [kind, host, port, apiKey] = process.argv.slice(2);
const where = { wsHost: host, wsPort: Number(port), forceTLS: false, enabledTransports: ['ws'], disableStats: true, cluster: '' };
const endpoint = `http://${host}:${port}/broadcasting/auth`;
const headers = { 'x-api-key': apiKey };

/** What both kinds can do, by the name of a private channel without its first word. */
async function page() {
  if (kind === 'pusher') {
    const pusher = new Pusher('callboard', { ...where, channelAuthorization: { endpoint, headers } });
    return {
      connection: pusher.connection,
      listen(channel) {
        const subscription = pusher.subscribe(`private-${channel}`);
        subscription.bind('pusher:subscription_succeeded', () => say({ is: 'subscribed', channel }));
        subscription.bind('pusher:subscription_error', ({ status }) => say({ is: 'refused', channel, status }));
        for (const name of ['record.updated', 'task.updated'])
          subscription.bind(name, (data) => say({ is: 'told', channel, event: name, data }));
      },
      leave: (channel) => pusher.unsubscribe(`private-${channel}`),
    };
  }
  const { default: Echo } = await import('laravel-echo');
  const echo = new Echo({ broadcaster: 'pusher', Pusher, key: 'callboard', ...where, authEndpoint: endpoint, auth: { headers } });
  return {
    connection: echo.connector.pusher.connection,
    listen(channel) {
      const subscription = echo.private(channel);
      subscription.subscribed(() => say({ is: 'subscribed', channel }));
      subscription.error(({ status }) => say({ is: 'refused', channel, status }));
      for (const name of ['record.updated', 'task.updated'])
        subscription.listen(`.${name}`, (data) => say({ is: 'told', channel, event: name, data }));
    },
    leave: (channel) => echo.leave(channel),
  };
}

const { connection, listen, leave } = await page();
connection.bind('connected', () => say({ is: 'connected', socket: connection.socket_id }));
connection.bind('disconnected', () => say({ is: 'disconnected' }));
connection.bind('connecting', () => say({ is: 'connecting' }));
connection.bind('error', (error) => say({ is: 'error', code: error?.data?.code ?? null }));

obey({
  listen: ({ channel }) => listen(channel),
  leave: ({ channel }) => leave(channel),
});
