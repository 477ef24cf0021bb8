import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { TestExchange } from '@uptick/standalone/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { decimalText } from '../src/client/decimal.ts'
import { generateFlow } from '../src/flow/generate.ts'
import { openFlow } from '../src/flow/open-flow.ts'
import { FLOW_HEADER_BYTES, FLOW_RECORD_BYTES, FlowOp, readFlowHeader, readFlowRecord } from '../src/flow/record.ts'
import { ApiTarget } from '../src/replay/api-target.ts'
import { CoreTarget } from '../src/replay/core-target.ts'
import { prepareMarket } from '../src/replay/prepare-market.ts'
import { contradiction, replay } from '../src/replay/replay.ts'
import type { Tally } from '../src/replay/tally.ts'

/** What must come out of a file, however it is fed in. */
interface Expected {
  readonly file: string
  readonly trades: number
  readonly volume: string
  readonly resting: number
}

let folder = ''
let expected: Expected
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'uptick-replay-'))
  const recorded = process.env['REPLAY_BITSTAMP_FILE']
  if (recorded) expected = { file: recorded, trades: 517, volume: '709.08982245', resting: 184 }
  else if (process.env['CI'] === 'true') throw new Error('REPLAY_BITSTAMP_FILE must name the recording')
  else expected = writeRecordingLike(join(folder, 'orders.csv.gz'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A generated flow, written as a recording of Bitstamp's feed: events of fills and cancels of unknown orders included. */
function writeRecordingLike(file: string): Expected {
  const flow = generateFlow({ seed: 11, commands: 6_000, target: 500 })
  const rows = ['"id","timestamp","exchange.timestamp","price","volume","action","direction"']
  for (let at = FLOW_HEADER_BYTES; at < flow.length; at += FLOW_RECORD_BYTES) {
    const { op, side, orderId, price, quantity } = readFlowRecord(flow, at)
    const action = op === FlowOp.CANCEL ? 'deleted' : 'created'
    const direction = side === 0 ? 'bid' : 'ask'
    const row = (id: number, what: string): string =>
      `${id},1430438404518,1430438404000,${decimalText(price, 2)},${quantity * 1_000_000},"${what}","${direction}"`
    rows.push(row(orderId, action))
    if (orderId % 50 === 0) rows.push(row(orderId, 'changed'), row(1_000_000 + orderId, 'deleted'))
  }
  writeFileSync(file, gzipSync(`${rows.join('\n')}\n`))
  const { trades, tradedQuantity, liveAtEnd } = readFlowHeader(flow)
  return { file, trades, volume: decimalText(tradedQuantity * 1_000_000, 8), resting: liveAtEnd }
}

function figures(tally: Tally): Omit<Expected, 'file'> & { rejects: [string, number][] } {
  const volume = decimalText(tally.volume, 8)
  return { trades: tally.trades, volume, resting: tally.resting, rejects: [...tally.rejects] }
}

describe('a recording of a real exchange', () => {
  test('through the core', async () => {
    const source = await openFlow(expected.file)
    const tally = await replay(source, new CoreTarget(source.market))
    const { file: _, ...wanted } = expected
    expect(figures(tally)).toEqual({ ...wanted, rejects: [] })
  })

  test('through the WebSocket API of a running exchange, twice', { timeout: 180_000 }, async () => {
    const exchange = await TestExchange.start()
    try {
      for (let time = 1; time <= 2; time++) {
        const source = await openFlow(expected.file)
        const market = await prepareMarket(exchange.operator, exchange.url, source.market)
        const target = await ApiTarget.connect(market, source.market)
        const tally = await replay(source, target)
        await target.close()
        const { file: _, ...wanted } = expected
        expect(figures(tally)).toEqual({ ...wanted, rejects: [] })
      }
    } finally {
      await exchange.remove()
    }
  })
})

describe('a generated flow', () => {
  test('gives the trades that its header says, in their order', async () => {
    const file = join(folder, 'flow.bin.gz')
    writeFileSync(file, gzipSync(generateFlow({ seed: 42, commands: 100_000 })))
    const source = await openFlow(file)
    const tally = await replay(source, new CoreTarget(source.market))
    expect(contradiction(source, tally, true)).toBeUndefined()
    expect([...tally.rejects]).toEqual([])
    expect(tally.checksum.toString()).toBe('e441f09076a94f8a')
  })

  test('whose header says something else is told apart', async () => {
    const file = join(folder, 'other.bin')
    const flow = generateFlow({ seed: 42, commands: 20_000 })
    flow.writeUInt32LE(1, 40)
    writeFileSync(file, flow)
    const source = await openFlow(file)
    const tally = await replay(source, new CoreTarget(source.market))
    expect(contradiction(source, tally, true)).toMatch(/^the file's trades have checksum 00000001/)
    expect(contradiction(source, tally, false)).toBeUndefined()
  })
})
