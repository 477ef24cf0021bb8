import { setImmediate as endOfTurn } from 'node:timers/promises'
import { type Event, EventKind, ExecutionType, outcomeWords, type Outcome, readEvent } from '@uptick/core'
import type { ExecutionEvent, PreventedEvent } from '@uptick/core'
import { cancelResponse, eachReplyEvent, fillText, newOrderResponse, replyHead } from '@uptick/protocol'
import type { CatalogueFormat, ResponseType, TimeUnit } from '@uptick/protocol'
import type { OutcomeView } from '../engine-link/outcome-view.ts'
import { Json } from './operation.ts'

/** Words of a reply past which it is read and written in slices: others are served in between. */
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
): Promise<Json> {
  let created: ExecutionEvent | undefined
  let last: ExecutionEvent | undefined
  const rows: string[] = []
  const prevented: PreventedEvent[] = []
  await eachSlice(view, (event) => {
    if (event.kind === EventKind.PREVENTED) prevented.push(event)
    if (event.kind !== EventKind.EXECUTION) return
    if (created === undefined && event.execution === ExecutionType.NEW) created = event
    if (event.order.orderId !== created?.order.orderId) return
    last = event
    if (type === 'FULL' && event.execution === ExecutionType.TRADE) rows.push(fillText(event, formats))
  })
  const ends: Outcome = { ...replyHead(view.words, view.offset), events: [created!, last!, ...prevented] }
  const text = JSON.stringify(newOrderResponse(ends, type === 'FULL' ? 'RESULT' : type, formats, unit))
  if (type !== 'FULL') return new Json(text)
  const { preventedMatches } = newOrderResponse(ends, 'FULL', formats, unit) as { preventedMatches?: object[] }
  const matches = preventedMatches === undefined ? '' : `,"preventedMatches":${JSON.stringify(preventedMatches)}`
  return new Json(`${text.slice(0, -1)},"fills":[${rows.join(',')}]${matches}}`)
}

/** `cancelResponses` of a large reply that is no rejection. */
export async function largeCancelResponses(view: OutcomeView, formats: CatalogueFormat, unit: TimeUnit): Promise<Json> {
  const rows: string[] = []
  await eachSlice(view, (event) => {
    if (event.kind !== EventKind.EXECUTION || event.execution !== ExecutionType.CANCELED) return
    rows.push(JSON.stringify(cancelResponse(event, formats, unit)))
  })
  return new Json(`[${rows.join(',')}]`)
}

/** Visit the events that answer the sender, some in each turn. */
async function eachSlice({ words, offset }: OutcomeView, visit: (event: Event) => void): Promise<void> {
  let count = 0
  for (const at of eachReplyEvent(words, offset)) {
    visit(readEvent(words, at))
    if (++count % SLICE_EVENTS === 0) await endOfTurn()
  }
}
