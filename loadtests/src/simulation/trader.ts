import { takeOut } from '../element.ts'
import {
  CommandKind,
  EventKind,
  OrderType,
  outcomeOriginalSequence,
  outcomeReject,
  outcomeSequence,
  outcomeWords,
  readOutcome,
  Reject,
  Side,
  TimeInForce,
  type Command,
} from '@uptick/core'
import { PublicError, type Question } from '@uptick/protocol'
import { OUTCOME_UNKNOWN, type OutcomeView } from '@uptick/gateway'
import { type Random, checksum } from '@uptick/engine/testing'
import { decimalText } from '../client/decimal.ts'
import { GatewayLostError, type Gateway } from './gateway.ts'
import { market } from './listing.ts'
import type { Witnesses } from './witnesses.ts'

const MIDDLE = 100_000
const SPREAD = 25
const QUANTITY_MAX = 500
const OPEN_MAX = 12
const RETRIES_MAX = 4
const LONG_MS = 100

export interface TraderOptions {
  readonly account: number
  readonly random: Random
  readonly witnesses: Witnesses
  /** Any gateway that runs. */
  readonly gateway: () => Gateway
  readonly gatewayToAsk: () => Gateway
  readonly pause: (ms: number) => Promise<void>
  /** µs. */
  readonly now: () => number
  /** Some orders ask for idempotent retry, and are sent again when their outcome is unknown. */
  readonly retries: boolean
  /** Bugs of the gateway that the checkers should detect. */
  readonly planted?: 'sends again what takes long' | 'takes what is slow for dead'
}

/** An order as it is sent, the same each time. */
interface Draft {
  readonly clientId: string
  readonly side: Side
  readonly type: OrderType
  readonly timeInForce: TimeInForce
  readonly price: number
  readonly quantity: number
  readonly stopPrice: number
  /** µs; 0: no idempotent retry. */
  readonly firstSent: number
  /** The order that it replaces. */
  readonly target: number
}

/** A trader that places, replaces, cancels and queries orders, and records the answers. */
export class Trader {
  /** Operations without an answer. */
  busy = 0
  readonly #options: TraderOptions
  /** Ids of orders that may be open. */
  readonly #open: number[] = []
  #sent = 0

  constructor(options: TraderOptions) {
    this.#options = options
  }

  /** Begin an operation, without waiting for its result; only a query when it is quiet. */
  act(isQuiet = false): void {
    if (isQuiet) return this.#do(() => this.#ask())
    const { random } = this.#options
    const chance = random.next()
    if (this.#open.length > OPEN_MAX || (this.#open.length > 2 && chance < 0.2)) this.#do(() => this.#cancel())
    else if (chance < 0.35) this.#do(() => this.#ask())
    else if (this.#open.length > 0 && chance < 0.4) this.#do(() => this.#place(this.#takeOpen()))
    else this.#do(() => this.#place(0))
  }

  #do(run: () => Promise<void>): void {
    this.busy++
    run()
      .catch((error: unknown) => {
        // A failed request without an answer is no finding.
        if (!(error instanceof PublicError || error instanceof GatewayLostError)) throw error
      })
      .finally(() => this.busy--)
  }

  async #ask(): Promise<void> {
    const { account, random, gatewayToAsk, witnesses } = this.#options
    const orderId = this.#open.at(-1) ?? 0
    const question = random.pick<Question<'openOrders' | 'account' | 'order'>>([
      { kind: 'openOrders', account },
      { kind: 'account', account },
      { kind: 'order', account, symbol: 0, orderId },
    ])
    const known = witnesses.reads.latest
    const { sequence, value } = await gatewayToAsk().query(question)
    witnesses.reads.answered({ question, known, sequence, value })
  }

  async #cancel(): Promise<void> {
    const orderId = this.#takeOpen()
    const { account, gateway } = this.#options
    const view = await gateway().submit((command) => {
      command.kind = CommandKind.CANCEL
      command.account = account
      command.symbol = 0
      command.targetOrder = orderId
    })
    this.#note(view, `a cancel of ${orderId}`)
    if (outcomeReject(view.words, view.offset) === Reject.NONE) this.#cancelled(orderId, view)
  }

  async #place(target: number): Promise<void> {
    const draft = this.#draft(target)
    const { account, witnesses, gateway } = this.#options
    const { told, resolutions } = witnesses
    const { clientId, side, firstSent } = draft
    told.sent({
      clientId,
      account,
      side: side === Side.BUY ? 'BUY' : 'SELL',
      price: decimalText(draft.price, market.priceDecimals),
      quantity: decimalText(draft.quantity, market.quantityDecimals),
    })
    const first = gateway()
    let isGivenUp = false
    if (this.#options.planted) this.#do(() => this.#mistreat(draft, first))
    try {
      this.#placed(draft, await first.submit((command) => this.#fill(command, draft)))
      return
    } catch (error) {
      if (error instanceof PublicError) {
        told.failed(clientId, error.code)
        isGivenUp = error === OUTCOME_UNKNOWN
      } else if (error instanceof GatewayLostError) told.lost(clientId)
      else throw error
    }
    if (told.get(clientId)?.fate.kind !== 'unknown') return
    if (firstSent !== 0) return this.#retry(draft)
    if (isGivenUp) this.#do(() => this.#inquire(clientId))
    void first.resolved().then((sequence) => resolutions.resolved({ account, clientId, sequence }))
  }

  /** After an order of unknown outcome: a trader that is told that it does not exist relies on that. */
  async #inquire(clientId: string): Promise<void> {
    const { account, gateway, witnesses } = this.#options
    const { sequence, value } = await gateway().query({ kind: 'order', account, symbol: 0, clientId })
    if (value === null) witnesses.absences.told({ account, clientId, sequence })
  }

  /** The bug: a slow order is sent again as another order, or given up for good. */
  async #mistreat(draft: Draft, { link }: Gateway): Promise<void> {
    const { account, gateway, pause, witnesses, planted } = this.#options
    await pause(LONG_MS)
    const { clientId } = draft
    if (witnesses.told.get(clientId)?.fate.kind !== 'sent') return
    if (planted === 'takes what is slow for dead')
      witnesses.resolutions.resolved({ account, clientId, sequence: link.sequence })
    else await gateway().submit((command) => this.#fill(command, { ...draft, firstSent: 0 }))
  }

  /** Send the same order through any gateway, until one knows its result. */
  async #retry(draft: Draft): Promise<void> {
    const { gateway, pause, random } = this.#options
    for (let tries = 0; tries < RETRIES_MAX; tries++) {
      await pause(random.integer(20, 800))
      try {
        this.#placed(draft, await gateway().submit((command) => this.#fill(command, draft), true))
        return
      } catch (error) {
        if (!(error instanceof PublicError || error instanceof GatewayLostError)) throw error
      }
    }
  }

  #cancelled(orderId: number, { words, offset }: OutcomeView): void {
    const { told, toldAt } = this.#options.witnesses
    told.cancelled.add(orderId)
    toldAt.set(orderId, outcomeOriginalSequence(words, offset))
  }

  #placed({ clientId, target }: Draft, view: OutcomeView): void {
    const { told, toldAt } = this.#options.witnesses
    toldAt.set(clientId, outcomeOriginalSequence(view.words, view.offset))
    this.#note(view, `order ${clientId}`)
    const { reject, events } = readOutcome(view.words, view.offset)
    if (target !== 0 && (reject === Reject.NONE || reject === Reject.REPLACE_PARTIAL)) this.#cancelled(target, view)
    if (reject !== Reject.NONE) {
      // A retry that the memory of retries refuses says nothing about the order.
      if (reject < Reject.RETRY_MISMATCH || reject > Reject.RETRY_MEMORY_FULL) told.failed(clientId, reject)
      return
    }
    const own = events.find((event) => event.kind === EventKind.EXECUTION && event.order.clientId === clientId)
    if (own?.kind !== EventKind.EXECUTION) {
      this.#options.witnesses.violations.push(`I2: order ${clientId} was accepted by an outcome without it`)
      return
    }
    told.acknowledged(clientId, own.order.orderId)
    this.#open.push(own.order.orderId)
  }

  #note({ words, offset }: OutcomeView, what: string): void {
    const sequence = outcomeSequence(words, offset)
    this.#options.witnesses.reads.told(sequence)
    const sum = checksum(words, offset, offset + outcomeWords(words, offset))
    this.#options.witnesses.answers.given({ sequence, checksum: sum, what })
  }

  #takeOpen(): number {
    const { random } = this.#options
    return takeOut(this.#open, random.integer(0, this.#open.length - 1))
  }

  #draft(target: number): Draft {
    const { account, random, retries, now } = this.#options
    const side = random.pick([Side.BUY, Side.SELL])
    const chance = target === 0 ? random.next() : 0
    const price = MIDDLE + random.integer(-SPREAD, SPREAD)
    const order = {
      type: OrderType.LIMIT as OrderType,
      timeInForce: TimeInForce.GTC as TimeInForce,
      price,
      stopPrice: 0,
    }
    if (chance > 0.92) Object.assign(order, { type: OrderType.MARKET, price: 0 })
    else if (chance > 0.84) {
      const away = random.integer(1, SPREAD)
      const stopPrice = MIDDLE + (side === Side.BUY ? away : -away)
      Object.assign(order, { type: OrderType.STOP_LOSS_LIMIT, stopPrice })
    } else if (chance > 0.76) order.timeInForce = random.pick([TimeInForce.IOC, TimeInForce.FOK])
    return {
      ...order,
      clientId: `${account}-${++this.#sent}`,
      side,
      quantity: random.integer(1, QUANTITY_MAX),
      firstSent: target === 0 && retries && random.chance(0.5) ? now() : 0,
      target,
    }
  }

  #fill(command: Command, draft: Draft): void {
    command.kind = draft.target === 0 ? CommandKind.PLACE : CommandKind.CANCEL_REPLACE
    command.account = this.#options.account
    command.symbol = 0
    command.side = draft.side
    command.type = draft.type
    command.timeInForce = draft.timeInForce
    command.price = draft.price
    command.quantity = draft.quantity
    command.stopPrice = draft.stopPrice
    command.clientId.set(draft.clientId)
    command.targetOrder = draft.target
    command.firstSent = draft.firstSent
  }
}
