import type { TradeChecksum } from './checksum.ts'
import { FlowError } from './flow-error.ts'

/**
 * A flow file: a header of 64 bytes and one record of 24 bytes for each command, little endian.
 *
 * header: `OBWL`, u32 version 1, seed, commands, commands that fill the book, record size, trades, 0, f64 traded
 * quantity, two u32 of checksum, u32 live orders at the end, u32 most live orders.
 * record: u8 op, u8 side (0 BUY, 1 SELL), u16 0, u32 order id, u32 user, u32 price, u32 quantity, u32 0. A cancel
 * repeats side, user and price of the order that it takes away.
 */
export const FLOW_HEADER_BYTES = 64
export const FLOW_RECORD_BYTES = 24
export const FLOW_MAGIC = 'OBWL'
const VERSION = 1

export const FlowOp = { ADD: 0, CANCEL: 1, AGGRESSIVE: 2 } as const
export type FlowOp = (typeof FlowOp)[keyof typeof FlowOp]

export interface FlowRecord {
  readonly op: FlowOp
  readonly side: number
  readonly orderId: number
  readonly user: number
  /** Ticks. */
  readonly price: number
  /** Lots. */
  readonly quantity: number
}

/** The expected result of the flow, according to the header. */
export interface FlowHeader {
  readonly seed: number
  readonly commands: number
  readonly filling: number
  readonly trades: number
  readonly tradedQuantity: number
  readonly checksum: string
  readonly liveAtEnd: number
  readonly peak: number
}

export function writeFlowHeader(
  bytes: Buffer,
  header: Pick<FlowHeader, 'seed' | 'commands' | 'filling' | 'liveAtEnd' | 'peak'> & { checksum: TradeChecksum },
): void {
  const [a, b] = header.checksum.words()
  bytes.write(FLOW_MAGIC, 0, 'latin1')
  const words = [VERSION, header.seed, header.commands, header.filling, FLOW_RECORD_BYTES, header.checksum.trades, 0]
  for (const [index, word] of words.entries()) bytes.writeUInt32LE(word, 4 + index * 4)
  bytes.writeDoubleLE(header.checksum.quantity, 32)
  for (const [index, word] of [a, b, header.liveAtEnd, header.peak].entries()) bytes.writeUInt32LE(word, 40 + index * 4)
}

/** @throws Error when the bytes are not the header of a flow that this version reads */
export function readFlowHeader(bytes: Buffer): FlowHeader {
  if (bytes.length < FLOW_HEADER_BYTES || bytes.toString('latin1', 0, 4) !== FLOW_MAGIC)
    throw new FlowError('not an order flow: it does not begin with OBWL')
  const version = bytes.readUInt32LE(4)
  if (version !== VERSION) throw new FlowError(`order flow of version ${version}; this reads version ${VERSION}`)
  const size = bytes.readUInt32LE(20)
  if (size !== FLOW_RECORD_BYTES)
    throw new FlowError(`order flow with records of ${size} bytes, not ${FLOW_RECORD_BYTES}`)
  const hex = (offset: number): string => bytes.readUInt32LE(offset).toString(16).padStart(8, '0')
  return {
    seed: bytes.readUInt32LE(8),
    commands: bytes.readUInt32LE(12),
    filling: bytes.readUInt32LE(16),
    trades: bytes.readUInt32LE(24),
    tradedQuantity: bytes.readDoubleLE(32),
    checksum: hex(40) + hex(44),
    liveAtEnd: bytes.readUInt32LE(48),
    peak: bytes.readUInt32LE(52),
  }
}

export function writeFlowRecord(bytes: Buffer, offset: number, record: FlowRecord): void {
  bytes[offset] = record.op
  bytes[offset + 1] = record.side
  bytes.writeUInt32LE(record.orderId, offset + 4)
  bytes.writeUInt32LE(record.user, offset + 8)
  bytes.writeUInt32LE(record.price, offset + 12)
  bytes.writeUInt32LE(record.quantity, offset + 16)
}

/** @throws Error for an unknown op or side */
export function readFlowRecord(bytes: Buffer, offset: number): FlowRecord {
  const op = bytes[offset]
  const side = bytes[offset + 1]
  if ((op !== FlowOp.ADD && op !== FlowOp.CANCEL && op !== FlowOp.AGGRESSIVE) || (side !== 0 && side !== 1))
    throw new FlowError(`order flow record with op ${op} and side ${side}`)
  return {
    op,
    side,
    orderId: bytes.readUInt32LE(offset + 4),
    user: bytes.readUInt32LE(offset + 8),
    price: bytes.readUInt32LE(offset + 12),
    quantity: bytes.readUInt32LE(offset + 16),
  }
}
