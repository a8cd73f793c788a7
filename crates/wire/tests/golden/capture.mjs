// Records what the stock providers and servers really say to each other, one file per socket.
//
//   node capture.mjs <folder with the packages of tests/foreign installed> <folder to write to>
//
// A proxy sits between provider and server and notes every frame with the end that sent it. What the stock draws at
// random is fixed: client ids are set, and session ids come from a Math.random that is not.

import { createRequire } from 'node:module'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

const [foreign, out] = process.argv.slice(2).map(path => resolve(path))
const require = createRequire(join(foreign, 'package.json'))
const WebSocket = require('ws')
const Y = require('yjs')
let seed = 7
Math.random = () => (seed = (seed * 16807) % 2147483647) / 2147483647
// The libraries chatter about refusals that are wanted here.
console.error = console.warn = console.log = () => {}

const TYPES = ['Sync', 'Awareness', 'Auth', 'QueryAwareness', 'SyncReply', 'Stateless', 'BroadcastStateless', 'Close', 'SyncStatus']
const STEPS = ['Step1', 'Step2', 'Update']

function note(bytes) {
  const type = bytes[1 + bytes[0]]
  return type === 0 || type === 4 ? `${TYPES[type]} ${STEPS[bytes[2 + bytes[0]]]}` : TYPES[type]
}

/** Waits for a fact. */
async function until(fact, what) {
  for (let i = 0; i < 500; i += 1) {
    if (fact()) return
    await new Promise(done => setTimeout(done, 10))
  }
  throw new Error(`never: ${what}`)
}

/** Waits until nothing was said for a while. */
async function quiet(proxy) {
  for (let seen = -1; seen !== proxy.count; ) {
    seen = proxy.count
    await new Promise(done => setTimeout(done, 250))
  }
}

async function startProxy(target) {
  const proxy = { sockets: [], count: 0 }
  const server = new WebSocket.WebSocketServer({ port: 0, host: '127.0.0.1' })
  await once(server, 'listening')
  server.on('connection', near => {
    const frames = []
    proxy.sockets.push(frames)
    const far = new WebSocket(target)
    const early = []
    const record = (from, data) => {
      const bytes = new Uint8Array(data)
      frames.push({ from, hex: Buffer.from(bytes).toString('hex'), note: note(bytes) })
      proxy.count += 1
    }
    near.on('message', data => {
      record('client', data)
      far.readyState === WebSocket.OPEN ? far.send(data) : early.push(data)
    })
    far.on('open', () => early.forEach(data => far.send(data)))
    far.on('message', data => { record('server', data); near.send(data) })
    near.once('close', () => far.close())
    far.once('close', () => near.close())
    far.on('error', () => {})
  })
  proxy.url = `ws://127.0.0.1:${server.address().port}`
  proxy.stop = () => { server.clients.forEach(client => client.terminate()); server.close() }
  return proxy
}

async function startServer(major) {
  const { Server } = require(`server-${major}`)
  const config = {
    port: 0, address: '127.0.0.1', quiet: true, stopOnSignals: false,
    async onAuthenticate(data) {
      if (data.token === 'bad') throw Object.assign(new Error('no'), { reason: 'token-expired' })
      if (data.token === 'reader') (data.connectionConfig ?? data.connection).readOnly = true
      return {}
    },
    async onTokenSync() {},
  }
  const server = major === 2 ? Server.configure(config) : new Server(config)
  await server.listen()
  const port = (server.httpServer ?? server.server?.httpServer).address().port
  const hocuspocus = server.hocuspocus ?? server
  return { url: `ws://127.0.0.1:${port}`, hocuspocus, stop: () => server.destroy() }
}

let major
let server
let proxy

function attach(name, token, clientID, more = {}) {
  const { HocuspocusProvider, HocuspocusProviderWebsocket } = require(`provider-${major}`)
  const document = new Y.Doc()
  document.clientID = clientID
  const websocketProvider = more.websocketProvider
    ?? new HocuspocusProviderWebsocket({ url: proxy.url, WebSocketPolyfill: WebSocket, maxAttempts: 1 })
  const options = { name, token, document, ...more, websocketProvider }
  const provider = new HocuspocusProvider(options)
  if (major === 4) provider.attach()
  return { provider, document, websocketProvider }
}

function detach({ provider, websocketProvider }) {
  provider.destroy()
  websocketProvider.destroy()
}

const face = user => ({ userId: user, displayName: `Person ${user}`, color: '#0ea5e9' })
const synced = member => until(() => member.provider.isSynced ?? member.provider.synced, 'synced')

const scenarios = {
  // Enter, be seen, get a hint, move to a field, leave.
  async life() {
    const bob = attach('ticket:t:1', 'abc', 7001)
    bob.provider.setAwarenessField('user', face('bob'))
    await synced(bob)
    await quiet(proxy)
    server.hocuspocus.documents.get('ticket:t:1').broadcastStateless('{"updatedFields":["status_id"]}')
    await quiet(proxy)
    bob.provider.setAwarenessField('user', { ...face('bob'), editingField: 'status_id' })
    await quiet(proxy)
    bob.provider.sendStateless('hello')
    await quiet(proxy)
    bob.provider.destroy()
    await quiet(proxy)
    bob.websocketProvider.destroy()
  },
  // A second person comes and goes; the file of the first shows how that is told.
  async company() {
    const bob = attach('ticket:t:1', 'abc', 7001)
    bob.provider.setAwarenessField('user', face('bob'))
    await synced(bob)
    await quiet(proxy)
    const eve = attach('ticket:t:1', 'abc', 7002)
    eve.provider.setAwarenessField('user', face('eve'))
    await synced(eve)
    await quiet(proxy)
    eve.provider.awareness.setLocalState({})
    await quiet(proxy)
    eve.provider.awareness.setLocalState(null)
    await quiet(proxy)
    detach(eve)
    await quiet(proxy)
    detach(bob)
  },
  async denied() {
    const bob = attach('ticket:t:1', 'bad', 7001)
    await quiet(proxy)
    detach(bob)
  },
  async readonly() {
    const bob = attach('ticket:t:1', 'reader', 7001)
    await synced(bob)
    await quiet(proxy)
    bob.document.getMap('m').set('k', 'v')
    await quiet(proxy)
    detach(bob)
  },
  async content() {
    const bob = attach('ticket:t:1', 'abc', 7001)
    await synced(bob)
    await quiet(proxy)
    bob.document.getMap('m').set('k', 'v')
    await quiet(proxy)
    detach(bob)
  },
  // Two rooms on one socket.
  async rooms() {
    const bob = attach('ticket:t:1', 'abc', 7001)
    const also = attach('ticket:t:2', 'abc', 7002, { websocketProvider: bob.websocketProvider })
    if (major === 2) also.provider.attach?.()
    await synced(bob)
    await synced(also)
    await quiet(proxy)
    also.provider.destroy()
    await quiet(proxy)
    detach(bob)
  },
  async tokensync() {
    const bob = attach('ticket:t:1', 'abc', 7001)
    await synced(bob)
    await quiet(proxy)
    server.hocuspocus.documents.get('ticket:t:1').getConnections()[0].requestToken()
    await quiet(proxy)
    detach(bob)
  },
  async session() {
    const bob = attach('ticket:t:1', 'abc', 7001, { sessionAwareness: true })
    bob.provider.setAwarenessField('user', face('bob'))
    await synced(bob)
    await quiet(proxy)
    detach(bob)
  },
  async putout() {
    const bob = attach('ticket:t:1', 'abc', 7001)
    await synced(bob)
    await quiet(proxy)
    server.hocuspocus.documents.get('ticket:t:1').getConnections()[0].close({ code: 4403, reason: 'access-lost' })
    await quiet(proxy)
    detach(bob)
  },
  // As Alga PSA's web client does it: the token stands in the URL alone. 2.x then sends no Auth at all.
  async tokenless() {
    const bob = attach('ticket:t:1', null, 7001)
    await quiet(proxy)
    detach(bob)
  },
}

const only = { 2: ['life', 'company', 'denied', 'readonly', 'content', 'rooms', 'tokenless'], 4: Object.keys(scenarios) }

for (major of [2, 4]) {
  for (const name of only[major]) {
    seed = 7
    server = await startServer(major)
    proxy = await startProxy(server.url)
    await scenarios[name]()
    await quiet(proxy)
    proxy.sockets.filter(frames => frames.length > 0).forEach((frames, socket) => {
      const file = join(out, `${major}-${name}${socket === 0 ? '' : `-${socket + 1}`}.jsonl`)
      writeFileSync(file, frames.map(frame => `${JSON.stringify(frame)}\n`).join(''))
      process.stdout.write(`${file}: ${frames.length}\n`)
    })
    proxy.stop()
    await Promise.race([server.stop(), new Promise(done => setTimeout(done, 500))])
  }
}
process.exit(0)
