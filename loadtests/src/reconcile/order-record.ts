import {
  EventKind,
  eachEvent,
  ExecutionType,
  outcomeRepeated,
  outcomeWords,
  readEvent,
  type ExecutionEvent,
  type OrderImage,
  type TradeEvent,
} from '@uptick/core'

/** The history of every order, from the outcomes of a replay, in order. */
export class OrderRecord {
  /** The last image of every order ever accepted. */
  readonly orders = new Map<number, OrderImage>()
  /** Ids of the orders accepted under `account/client id`. Traders send each once, so more than one is a violation. */
  readonly accepted = new Map<string, number[]>()
  /** By symbol; index is the trade id less one. */
  readonly trades: TradeEvent[][] = []
  /** Called for every execution that is replayed, with its journaled time (µs). */
  onExecution: ((event: ExecutionEvent, time: number) => void) | undefined
  /** Epoch in which each order was accepted. */
  readonly epochs = new Map<number, number>()

  /** Outcomes in `words[0 … length)`, executed in `epoch` at `time`. */
  collect(words: Int32Array, length: number, epoch: number, time: number): void {
    for (let offset = 0; offset < length; offset += outcomeWords(words, offset)) {
      if (outcomeRepeated(words, offset)) continue
      eachEvent(words, offset, (kind, at) => {
        if (kind !== EventKind.EXECUTION && kind !== EventKind.TRADE) return
        const event = readEvent(words, at)
        if (event.kind === EventKind.TRADE) (this.trades[event.symbol] ??= []).push(event)
        else if (event.kind === EventKind.EXECUTION) this.#execution(event, epoch, time)
      })
    }
  }

  #execution(event: ExecutionEvent, epoch: number, time: number): void {
    this.onExecution?.(event, time)
    const { order } = event
    this.orders.set(order.orderId, order)
    if (event.execution !== ExecutionType.NEW) return
    this.epochs.set(order.orderId, epoch)
    const name = acceptedName(order.account, order.clientId)
    const before = this.accepted.get(name)
    if (before === undefined) this.accepted.set(name, [order.orderId])
    else before.push(order.orderId)
  }
}

export function acceptedName(account: number, clientId: string): string {
  return `${account}/${clientId}`
}
