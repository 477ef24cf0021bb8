import { Command, CommandKind, type Exchange } from '@uptick/core'
import { decodeFrame, FrameType, LinkRole } from '@uptick/protocol'
import { expect, test } from 'vitest'
import { ClosedOrders } from './closed-orders.ts'
import { CommandQueue } from './command-queue.ts'
import { Inquiries } from './inquiries.ts'
import { ANSWERS_HELD_BYTES_MAX, LINK_ANSWERS_HELD_BYTES_MAX, LINK_ANSWERS_HELD_MAX } from './limits.ts'
import { Link } from './link-table.ts'
import { ReplyGate } from './reply-gate.ts'
import type { LinkSocket } from './seams.ts'

const MEBIBYTE = 1 << 20
/** The state that answers show; nothing after 0 is durable yet. */
const SEQUENCE = 1

class Gateway implements LinkSocket {
  readonly peer = 'test'
  readonly bufferedBytes = 0
  readonly answers: { readonly id: number; readonly body: unknown }[] = []
  readonly link: Link

  constructor(slot: number) {
    const peer = { instance: `gateway ${slot}`, session: slot, role: LinkRole.GATEWAY }
    this.link = new Link(this, peer, slot, 0)
  }

  send(frame: Uint8Array): void {
    const answer = decodeFrame(frame)
    if (answer.type === FrameType.ANSWER) this.answers.push(answer)
  }

  close(): void {}

  get refused(): number {
    return this.answers.filter(({ body }) => typeof body === 'object' && body !== null && 'error' in body).length
  }
}

/** Every answer is a mebibyte, quotation marks and header aside, unless told. */
function setUp(bytes = MEBIBYTE) {
  const text = 'x'.repeat(bytes)
  const exchange = { sequence: SEQUENCE, catalogue: () => text } as unknown as Exchange
  const [queue, gate] = [new CommandQueue(), new ReplyGate(0)]
  const source = {
    exchange,
    closedOrders: new ClosedOrders(),
    epoch: 1,
    role: 'leading',
    elapsed: 0,
    processes: () => ({}),
  }
  const readIndex = { before: (question: () => void) => question() }
  const inquiries = new Inquiries(source, queue, gate, readIndex)
  let asked = 0
  const ask = ({ link }: Gateway): void => {
    inquiries.ask(link, { type: FrameType.QUERY, id: ++asked, body: { kind: 'catalogue' } })
  }
  /** Ask this many times. */
  const askOften = (gateway: Gateway, times: number): void => {
    for (let i = 0; i < times; i++) ask(gateway)
  }
  return { askOften, gate, queue }
}

const SHARE = LINK_ANSWERS_HELD_BYTES_MAX / MEBIBYTE

test('past its share of bytes a link is refused, another one is not, and afterwards it is answered again', () => {
  const { askOften, gate } = setUp()
  const [greedy, other] = [new Gateway(0), new Gateway(1)]
  askOften(greedy, SHARE + 10)
  askOften(other, 1)
  // A refusal shows no state, and need not wait for the journal.
  expect([greedy.answers.length, greedy.refused, other.answers.length]).toEqual([10, 10, 0])
  gate.advance(SEQUENCE)
  expect([greedy.answers.length, greedy.refused]).toEqual([SHARE + 10, 10])
  expect([other.answers.length, other.refused]).toEqual([1, 0])
  askOften(greedy, SHARE)
  expect(greedy.refused).toBe(10)
  expect([greedy.link.answersHeld, greedy.link.answerBytesHeld]).toEqual([0, 0])
})

test('questions that wait together for the commands before them do not pass the share together', () => {
  const { askOften, gate, queue } = setUp()
  const [greedy, other] = [new Gateway(0), new Gateway(1)]
  const tick = new Command()
  tick.kind = CommandKind.TICK
  queue.addInternal(tick)
  askOften(greedy, 2 * SHARE)
  askOften(other, 1)
  for (const question of queue.take()!.questions) question()
  expect(greedy.link.answerBytesHeld).toBeLessThanOrEqual(LINK_ANSWERS_HELD_BYTES_MAX + MEBIBYTE)
  gate.advance(SEQUENCE)
  expect([greedy.answers.length, greedy.refused, other.refused]).toEqual([2 * SHARE, SHARE, 0])
  expect(greedy.link.answersHeld).toBe(0)
})

test('past its share of answers a link is refused, however short they are', () => {
  const { askOften, gate } = setUp(1)
  const [greedy, other] = [new Gateway(0), new Gateway(1)]
  askOften(greedy, LINK_ANSWERS_HELD_MAX + 3)
  askOften(other, 1)
  gate.advance(SEQUENCE)
  expect([greedy.refused, other.answers.length, other.refused]).toEqual([3, 1, 0])
})

test('all links together stay within the bound', () => {
  const { askOften, gate } = setUp()
  const gateways = Array.from(
    { length: ANSWERS_HELD_BYTES_MAX / LINK_ANSWERS_HELD_BYTES_MAX },
    (_, i) => new Gateway(i),
  )
  for (const gateway of gateways) askOften(gateway, SHARE)
  const late = new Gateway(gateways.length)
  askOften(late, 1)
  expect(late.refused).toBe(1)
  gate.advance(SEQUENCE)
  askOften(late, 1)
  expect([late.answers.length, late.refused]).toEqual([2, 1])
})
