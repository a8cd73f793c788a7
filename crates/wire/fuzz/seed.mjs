// Makes the first corpus out of the recordings: every frame alone, and every visit as a whole.
//
//   node seed.mjs <recordings> <corpus>

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const [golden, corpus] = process.argv.slice(2)
for (const target of ['frame', 'visit']) mkdirSync(join(corpus, target), { recursive: true })

function varUint(value) {
  const bytes = []
  for (; value >= 0x80; value = Math.floor(value / 0x80)) bytes.push((value % 0x80) | 0x80)
  return [...bytes, value]
}

for (const file of readdirSync(golden).filter(name => name.endsWith('.jsonl'))) {
  const lines = readFileSync(join(golden, file), 'utf8').trim().split('\n').map(line => JSON.parse(line))
  const visit = []
  lines.forEach(({ from, hex }, at) => {
    const bytes = Buffer.from(hex, 'hex')
    writeFileSync(join(corpus, 'frame', `${file}-${at}`), bytes)
    // 11: to the server; 14: to the client; 8: the server's caller decides; 7: the client's packets are delivered.
    visit.push(from === 'client' ? 11 : 14, ...varUint(bytes.length), ...bytes, 8, 7)
  })
  writeFileSync(join(corpus, 'visit', file), Buffer.from(visit))
}
