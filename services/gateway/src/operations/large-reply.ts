import { setImmediate as endOfTurn } from 'node:timers/promises'
import {
  type Event,
  EventKind,
  type ExecutionEvent,
  ExecutionType,
  type Outcome,
  outcomeWords,
  type PreventedEvent,
  readEvent,
} from '@uptick/core'
import {
  cancelResponse,
  type CatalogueFormat,
  eachReplyEvent,
  fillText,
  newOrderResponse,
  replyHead,
  type ResponseType,
  type TimeUnit,
} from '@uptick/protocol'
import type { OutcomeView } from '../engine-link/outcome-view.ts'
import { Json, LargeJson } from './operation.ts'

/** Longer replies (in words) are read and written in slices, so that other requests run in between. */
const LARGE_WORDS = 1 << 16
const SLICE_EVENTS = 500

/** An order with thousands of fills, or thousands of cancelled orders. */
export function isLarge({ words, offset }: OutcomeView): boolean {
  return outcomeWords(words, offset) > LARGE_WORDS
}

/** `newOrderResponse` of a large reply that is no rejection. */
export async function largeOrderResponse(
  view: OutcomeView,
  type: ResponseType,
  formats: CatalogueFormat,
  unit: TimeUnit,
): Promise<Json | LargeJson> {
  const order: { created?: ExecutionEvent; last?: ExecutionEvent } = {}
  const rows = new Rows()
  const prevented: PreventedEvent[] = []
  await eachSlice(view, rows, (event) => {
    if (event.kind === EventKind.PREVENTED) prevented.push(event)
    if (event.kind !== EventKind.EXECUTION) return
    if (event.execution === ExecutionType.NEW) order.created ??= event
    if (event.order.orderId !== order.created?.order.orderId) return
    order.last = event
    if (type === 'FULL' && event.execution === ExecutionType.TRADE) rows.push(fillText(event, formats))
  })
  const { created, last } = order
  if (!created || !last) throw new Error('a large reply tells of no order that it placed')
  const ends: Outcome = { ...replyHead(view.words, view.offset), events: [created, last, ...prevented] }
  const text = JSON.stringify(newOrderResponse(ends, type === 'FULL' ? 'RESULT' : type, formats, unit))
  if (type !== 'FULL') return new Json(text)
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a FULL response may have them
  const { preventedMatches } = newOrderResponse(ends, 'FULL', formats, unit) as { preventedMatches?: object[] }
  const matches = preventedMatches === undefined ? '' : `,"preventedMatches":${JSON.stringify(preventedMatches)}`
  return rows.within(`${text.slice(0, -1)},"fills":[`, `]${matches}}`)
}

/** `cancelResponses` of a large reply that is no rejection. */
export async function largeCancelResponses(
  view: OutcomeView,
  formats: CatalogueFormat,
  unit: TimeUnit,
): Promise<LargeJson> {
  const rows = new Rows()
  await eachSlice(view, rows, (event) => {
    if (event.kind !== EventKind.EXECUTION || event.execution !== ExecutionType.CANCELED) return
    rows.push(JSON.stringify(cancelResponse(event, formats, unit)))
  })
  return rows.within('[', ']')
}

/** Rows of a list, encoded slice by slice. */
class Rows {
  readonly #pieces: Buffer[] = []
  #slice: string[] = []

  push(row: string): void {
    this.#slice.push(row)
  }

  endSlice(): void {
    if (this.#slice.length === 0) return
    const comma = this.#pieces.length === 0 ? '' : ','
    this.#pieces.push(Buffer.from(comma + this.#slice.join(',')))
    this.#slice = []
  }

  /** The whole text, between what comes before and after the rows. */
  within(before: string, after: string): LargeJson {
    return new LargeJson([Buffer.from(before), ...this.#pieces, Buffer.from(after)])
  }
}

/** Visit the events of the sender's answer, some in each turn of the event loop. */
async function eachSlice({ words, offset }: OutcomeView, rows: Rows, visit: (event: Event) => void): Promise<void> {
  let count = 0
  for (const at of eachReplyEvent(words, offset)) {
    visit(readEvent(words, at))
    if (++count % SLICE_EVENTS !== 0) continue
    rows.endSlice()
    await endOfTurn()
  }
  rows.endSlice()
}
