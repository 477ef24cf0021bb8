import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, assert, beforeAll, describe, expect, test } from 'vitest'
import { readBitstamp } from './bitstamp.ts'
import { generateFlow } from './generate.ts'
import { openFlow } from './open-flow.ts'
import type { FlowCommand } from './order-command.ts'

const header = 'id,timestamp,exchange.timestamp,price,volume,action,direction\n'
const rows = `${header}7,1430438404518,1430438404000,236.47,200000000,created,bid
7,1430438404635,1430438404000,236.47,178855669,changed,bid
8,1430438404637,1430438340000,237,2e+05,created,ask
7,1430438405647,1430438337000,236.08,0,deleted,bid`

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'uptick-flow-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function all(batches: AsyncIterable<readonly FlowCommand[]>): Promise<FlowCommand[]> {
  const commands: FlowCommand[] = []
  for await (const batch of batches) commands.push(...batch)
  return commands
}

async function* pieces(text: string, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < text.length; at += size) yield Buffer.from(text.slice(at, at + size))
}

const events: FlowCommand[] = [
  { kind: 'place', id: 7, side: 'BUY', price: 23_647, quantity: 200_000_000 },
  { kind: 'place', id: 8, side: 'SELL', price: 23_700, quantity: 200_000 },
  { kind: 'cancel', id: 7, side: 'BUY' },
]

describe('the CSV of order events', () => {
  test.each([1, 7, 64, 10_000])('is the same in pieces of %i bytes', async (size) => {
    expect(await all(readBitstamp(pieces(rows, size)))).toEqual(events)
  })

  test('may begin with a byte order mark', async () => {
    expect(await all(readBitstamp(pieces(`\uFEFF${rows}`, 10_000)))).toEqual(events)
  })

  test.each([
    ['', 'empty'],
    ['id,price\n', 'header'],
    [`${header}7,1,1,1.234,5,created,bid\n`, 'line 2'],
    [`${header}7,1,1,1.23,5,created,up\n`, 'line 2'],
    [`${header}7,1,1,1.23,5.5,created,bid\n`, 'line 2'],
    [`${header}7,1,1,1.23,5,moved,bid\n`, 'unknown action'],
    [`${header}${'9'.repeat(2_000)}`, 'longer than'],
  ])('%j is refused: %s', async (text, reason) => {
    await expect(all(readBitstamp(pieces(text, 50_000)))).rejects.toThrow(reason)
  })
})

describe('a flow file', () => {
  test('is recognised by its content, plain and packed', async () => {
    const flow = generateFlow({ seed: 9, commands: 30_000 })
    writeFileSync(join(folder, 'a'), flow)
    writeFileSync(join(folder, 'b'), gzipSync(flow))
    writeFileSync(join(folder, 'c'), gzipSync(rows))
    const [plain, packed, csv] = await Promise.all(['a', 'b', 'c'].map((name) => openFlow(join(folder, name))))
    expect([plain?.format, packed?.format, csv?.format]).toEqual(['records', 'records', 'bitstamp'])
    assert(plain && packed && csv)
    const commands = await all(plain.batches)
    expect(commands).toHaveLength(30_000)
    expect(await all(packed.batches)).toEqual(commands)
    expect(await all(csv.batches)).toEqual(events)
  })

  test('that is cut off says so', async () => {
    const flow = generateFlow({ seed: 9, commands: 100 })
    writeFileSync(join(folder, 'short'), flow.subarray(0, flow.length - 24))
    const short = await openFlow(join(folder, 'short'))
    await expect(all(short.batches)).rejects.toThrow('holds 99 whole records, its header says 100')
    writeFileSync(join(folder, 'damaged'), gzipSync(flow).subarray(0, 500))
    await expect(openFlow(join(folder, 'damaged')).then(({ batches }) => all(batches))).rejects.toThrow(
      'unexpected end of file',
    )
  })
})
