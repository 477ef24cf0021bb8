import { Outcome, type SampleLog } from '../prove/sample-log.ts'
import type { Finding } from '../prove/rows.ts'
import { Acknowledgements } from '../reconcile/acknowledgements.ts'
import { CANCELED, type StoryLine } from './line.ts'

const ERRORS_MAX = 20
const SERVICE_RESTART = 1012
/**
 * An answer that takes longer counts as missing, ms. It is twice what `npm run prove` allows on one machine: in a
 * cluster more processes start and stop while a request waits. The report has the latencies.
 */
export const PATIENCE_MS = 2_000

const OUTCOMES = { fine: Outcome.OK, error: Outcome.ERROR, broken: Outcome.BROKEN, unsent: Outcome.UNSENT } as const

export interface StoryOptions {
  readonly log: SampleLog
  /** From ms since 1970 to the clock of the log. */
  readonly timeOf: (at: number) => number
}

/** Everything that the traders and listeners of one load have recorded. */
export class Story {
  readonly told = new Acknowledgements()
  /** By client order id, when it was due by the clock of the log. */
  readonly sentAt = new Map<string, number>()
  /** Violations that they found themselves. */
  readonly findings: Finding[] = []
  /** First error answers, reasons for missing ones, and late answers. */
  readonly errors: string[] = []
  /** Executions that an account got, and since when it listens, by the clock of the log. */
  readonly executions = new Map<number, Set<number>>()
  readonly subscribedAt = new Map<number, number>()
  /** Last numbers of each subscriber of the market. */
  readonly reached = new Map<string, { readonly updates: number; readonly trades: number }>()
  /** WebSockets that ended, by code. */
  readonly closed = new Map<number, number>()
  /** WebSockets that ended without a closing handshake, not by a server's shutdown. */
  readonly cuts: { readonly at: number; readonly text: string }[] = []
  readonly #options: StoryOptions

  constructor(options: StoryOptions) {
    this.#options = options
  }

  add(line: StoryLine): void {
    const at = this.#options.timeOf(line.at)
    switch (line.kind) {
      case 'sent':
        this.told.sent(line.order)
        this.sentAt.set(line.order.clientId, at)
        break
      case 'end':
        this.#end(line, at)
        break
      case 'gap':
      case 'contradiction':
        this.findings.push({ kind: line.kind, at, text: line.text })
        break
      case 'reached':
        this.reached.set(line.subscriber, line)
        break
      case 'subscribed':
        if (!this.subscribedAt.has(line.account)) this.subscribedAt.set(line.account, at)
        break
      case 'execution':
        this.#executionsOf(line.account).add(line.id)
        break
      case 'socket':
        if (line.what === 'closed') this.#closed(line, at)
        break
    }
  }

  /** Requests that the end of the load cut off are of unknown fate. */
  end(): void {
    for (const { clientId } of this.told.waiting()) this.told.lost(clientId)
  }

  get events(): number {
    return [...this.executions.values()].reduce((sum, { size }) => sum + size, 0)
  }

  #end(line: Extract<StoryLine, { kind: 'end' }>, at: number): void {
    const { log } = this.#options
    const { request, end, clientId, orderId, code, ms } = line
    const outcome = OUTCOMES[end]
    // The end of the load cut it off before it was late.
    const isCut = line.text === CANCELED && ms <= PATIENCE_MS
    const isLate = outcome === Outcome.OK && ms > PATIENCE_MS
    if (!isCut) log.add(at, ms, isLate ? Outcome.LATE : outcome)
    const text = line.text ?? (isLate ? `answered after ${Math.round(ms)} ms` : undefined)
    if (!isCut && text !== undefined && this.errors.length < ERRORS_MAX)
      this.errors.push(`${line.via} ${request}: ${text}`)
    if (request === 'cancel' && end === 'fine' && code === undefined) this.told.cancelled.add(orderId ?? 0)
    if (request !== 'place' || clientId === undefined) return
    if (end === 'fine') this.told.acknowledged(clientId, orderId ?? 0)
    else if (end === 'error') this.told.failed(clientId, code ?? -1000)
    else this.told.lost(clientId)
  }

  #closed({ code = 0, client, leg }: Extract<StoryLine, { kind: 'socket' }>, at: number): void {
    this.closed.set(code, (this.closed.get(code) ?? 0) + 1)
    if (code !== SERVICE_RESTART) this.cuts.push({ at, text: `connection ${leg} of ${client} was cut off (${code})` })
  }

  #executionsOf(account: number): Set<number> {
    let known = this.executions.get(account)
    if (known === undefined) this.executions.set(account, (known = new Set()))
    return known
  }
}
