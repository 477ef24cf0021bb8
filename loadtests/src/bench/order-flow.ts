import type { TradeChecksum } from '../flow/checksum.ts'
import { generateFlow } from '../flow/generate.ts'
import { FLOW_HEADER_BYTES, FLOW_RECORD_BYTES, FlowOp, readFlowHeader, readFlowRecord } from '../flow/record.ts'
import { Op, type Flow } from './shapes.ts'

export const FLOW_SEED = 42
export const FLOW_COMMANDS = 2_000_000
/** The first commands only fill the book. A slow book that runs a part of the flow is timed from there on. */
export const FLOW_FILLING = 12_000
/** Prices of the flow stay within this band, which a ladder needs to know in advance. */
export const FLOW_BAND = { low: 95_000, high: 105_000 } as const

/** The order flow as columns, with the user of each command and the expected trades. */
export interface OrderFlow extends Flow {
  readonly user: Uint32Array
  readonly expectedTrades: number
  readonly expectedChecksum: string
}

/** Marketable orders always fill completely in this flow, so they are placed like the others. */
export function orderFlow(): OrderFlow {
  const bytes = generateFlow({ seed: FLOW_SEED, commands: FLOW_COMMANDS })
  const header = readFlowHeader(bytes)
  const length = header.commands
  const flow = {
    name: 'order flow',
    length,
    op: new Uint8Array(length),
    side: new Uint8Array(length),
    id: new Float64Array(length),
    price: new Float64Array(length),
    quantity: new Float64Array(length),
    user: new Uint32Array(length),
    prefill: 0,
    expectedTrades: header.trades,
    expectedChecksum: header.checksum,
  }
  for (let i = 0; i < length; i++) {
    const record = readFlowRecord(bytes, FLOW_HEADER_BYTES + i * FLOW_RECORD_BYTES)
    flow.op[i] = record.op === FlowOp.CANCEL ? Op.CANCEL : Op.PLACE
    flow.side[i] = record.side
    flow.id[i] = record.orderId
    flow.price[i] = record.price
    flow.quantity[i] = record.quantity
    flow.user[i] = record.user
  }
  return flow
}

/** Throws unless trades and checksum are those of the flow: the speed of a wrong book is no result. */
export function assertTrades(flow: OrderFlow, name: string, checksum: TradeChecksum): void {
  if (checksum.trades === flow.expectedTrades && checksum.toString() === flow.expectedChecksum) return
  throw new Error(
    `${name} made ${checksum.trades} trades, checksum ${checksum.toString()}; expected ${flow.expectedTrades}, ${flow.expectedChecksum}`,
  )
}
