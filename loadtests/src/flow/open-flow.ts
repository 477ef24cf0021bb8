import { bitstampMarket, readBitstamp } from './bitstamp.ts'
import { openChunks, type Chunks } from './chunks.ts'
import { FlowError, readable } from './flow-error.ts'
import type { FlowCommand, FlowFormat, FlowMarket, FlowSource } from './order-command.ts'
import { FLOW_HEADER_BYTES, FLOW_MAGIC, FLOW_RECORD_BYTES, FlowOp, readFlowHeader, readFlowRecord } from './record.ts'

/** One tick is 0.01, one lot 0.01, so a trade of one lot at one tick is a whole number of 10^-8. */
const recordsMarket: FlowMarket = { priceDecimals: 2, quantityDecimals: 2, baseDecimals: 8, quoteDecimals: 8 }

/**
 * Recorded order flow from `path`: plain or gzip. The first bytes tell the format unless it is given.
 *
 * @throws FlowError when the file cannot be read or has no known format
 */
export async function openFlow(path: string, format?: FlowFormat): Promise<FlowSource> {
  const chunks = await openChunks(path)
  const iterator = readable(chunks.data)
  const first = await iterator.next()
  const start = first.done ? Buffer.alloc(0) : first.value
  const found = format ?? (start.toString('latin1', 0, 4) === FLOW_MAGIC ? 'records' : 'bitstamp')
  const data = withFirst(start, { [Symbol.asyncIterator]: () => iterator })
  const progress = (): number => (chunks.fileBytes === 0 ? 1 : chunks.readBytes() / chunks.fileBytes)
  return found === 'records' ? records(data, progress) : csv(data, progress)
}

function csv(data: Chunks['data'], progress: () => number): FlowSource {
  const described = { format: 'bitstamp', market: bitstampMarket, commands: undefined, expected: undefined } as const
  return { ...described, progress, batches: readBitstamp(data) }
}

async function records(data: Chunks['data'], progress: () => number): Promise<FlowSource> {
  const iterator = data[Symbol.asyncIterator]()
  let start: Buffer = Buffer.alloc(0)
  while (start.length < FLOW_HEADER_BYTES) {
    const next = await iterator.next()
    if (next.done) break
    start = Buffer.concat([start, next.value])
  }
  const header = readFlowHeader(start)
  const rest = withFirst(start.subarray(FLOW_HEADER_BYTES), { [Symbol.asyncIterator]: () => iterator })
  return {
    format: 'records',
    market: recordsMarket,
    commands: header.commands,
    expected: { trades: header.trades, checksum: header.checksum },
    progress,
    batches: readRecords(rest, header.commands),
  }
}

async function* readRecords(data: Chunks['data'], announced: number): AsyncGenerator<readonly FlowCommand[]> {
  let rest: Buffer = Buffer.alloc(0)
  let count = 0
  for await (const chunk of data) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    const whole = bytes.length - (bytes.length % FLOW_RECORD_BYTES)
    const commands: FlowCommand[] = []
    for (let offset = 0; offset < whole; offset += FLOW_RECORD_BYTES) {
      const record = readFlowRecord(bytes, offset)
      const side = record.side === 0 ? 'BUY' : 'SELL'
      const { orderId: id, price, quantity } = record
      commands.push(
        record.op === FlowOp.CANCEL ? { kind: 'cancel', id, side } : { kind: 'place', id, side, price, quantity },
      )
    }
    rest = bytes.subarray(whole)
    count += commands.length
    yield commands
  }
  if (count !== announced || rest.length > 0)
    throw new FlowError(`the file holds ${count} whole records, its header says ${announced}`)
}

async function* withFirst(first: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  if (first.length > 0) yield first
  yield* rest
}
