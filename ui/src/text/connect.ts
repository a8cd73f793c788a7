/**
 * The words of the first start; a part of the catalogue (CO-21).
 *
 * **Invariant:** words only; each trouble says what is wrong and, where somebody can do something, what.
 */
import type { ConnectCode } from '../bridge/generated';

const TROUBLE: Record<ConnectCode, string> = {
  badAddress: 'This address cannot be used.',
  badKey: 'This cannot be a key.',
  unreachable: 'Nobody answers there. Check the address and your network.',
  notAServer: 'Somebody answers there, but it is no server of tickets.',
  keyRefused: 'The server does not accept this key.',
  serverTrouble: 'The server has trouble of its own. Try again in a moment.',
  keyGone: 'The key of this profile is no longer on this machine. Connect with it again.',
  machine: 'This machine cannot do that.',
};

/** Which field of the form is to blame; `null`: none of them. */
const BLAMES: Record<ConnectCode, 'server' | 'key' | null> = {
  badAddress: 'server',
  badKey: 'key',
  unreachable: 'server',
  notAServer: 'server',
  keyRefused: 'key',
  serverTrouble: 'server',
  keyGone: null,
  machine: null,
};

export const CONNECT = {
  tryHead: 'Try it here',
  trySays: 'A small company on this machine, for you alone.',
  tryPoints: [
    'Demo tickets that you may do anything with',
    'Two simulated colleagues who look, edit and get in your way; they are marked as simulated',
    'A plug that you can pull, to see what an outage is like',
    'Nothing leaves this machine, and nothing in it is real',
  ],
  tryHere: 'Try it here',
  forget: 'Forget',
  forgetSure: 'Forget, with what was not sent?',
  head: 'Connect',
  says: 'To the server of your company.',
  server: 'Server',
  serverExample: 'https://desk.example.com',
  tenant: 'Tenant',
  tenantHint: 'Only where your administrator gave you one.',
  key: 'API key',
  keyInKeyring: 'It is kept in the keyring of this machine and nowhere else.',
  keyInMemory: 'This machine has no keyring: the key is asked for again at the next start.',
  connect: 'Connect',
  checking: 'Checking…',
  known: 'Where you were before',
  here: 'On this machine',
  trouble: TROUBLE,
  blames: BLAMES,
};

/** The plug of the company on this machine. */
export const PLUG = {
  pull: 'Pull the plug',
  pullWhy:
    'Cuts your line to the company on this machine, as if the network were gone. The colleagues in it go on.',
  put: 'Put the plug back',
  putWhy: 'Your line to the company on this machine is cut. What you do is sent when it is back.',
};
