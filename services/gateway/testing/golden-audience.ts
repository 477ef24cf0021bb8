import { createHash } from 'node:crypto'
import type { Feed } from '../src/streams/follow-feed.ts'
import type { TimeUnit } from '@uptick/protocol'
import { parseStreamName } from '../src/streams/stream-name.ts'

const SYMBOLS = ['btcusd', 'ethusd', 'btceth']
/** What one connection listens to that is told everything: a topic that is added here changes its hash. */
const TOPICS_TOGETHER = (
  'trade aggTrade bookTicker depth depth@100ms depth5@100ms depth20 miniTicker ticker ticker_1h avgPrice ' +
  'kline_1s kline_1m kline_1h@+08:00'
).split(' ')
/** A new topic goes here, behind the others. */
const TOPICS = [...TOPICS_TOGETHER]
const ALL = '!miniTicker@arr'
const ACCOUNTS = [1, 2, 3, 4, 5]
/** Steps between two moves of one listener, for how many it is away, and by when it has come for the first time. */
const STAY = 37
const AWAY = [1, 3, 60]
const ARRIVALS = 11
/** How a numbered message begins. */
const NUMBERS = /^\{[^{]{1,80}"first":[0-9]+,"last":([0-9]+)/

interface Manner {
  readonly timeUnit: TimeUnit
  readonly combined: boolean
  /** Comes and goes, from one gateway to the other. */
  readonly moves: boolean
}

/** Listens to one stream, or to several as one connection, and keeps a hash of what it is told, in order. */
export class GoldenListener {
  readonly timeUnit: TimeUnit
  readonly combined: boolean
  readonly moves: boolean
  readonly isCongested = false
  readonly #hash = createHash('sha256')
  messages = 0
  /** Of a numbered stream: the last that was told. */
  position: number | undefined
  isRestarted = false
  leave: (() => void) | undefined

  constructor({ timeUnit, combined, moves }: Manner) {
    this.timeUnit = timeUnit
    this.combined = combined
    this.moves = moves
  }

  deliver(message: string | Buffer): void {
    const text = inOrderOfSymbols(message.toString())
    this.messages++
    this.#hash.update(`${text}\n`)
    const last = NUMBERS.exec(text)?.[1]
    if (last !== undefined) this.position = Number(last)
  }

  /** A connection is closed once, however many of its streams ask for it. */
  restart(): void {
    if (this.isRestarted) return
    this.isRestarted = true
    this.#hash.update('restart\n')
  }

  /** How many messages, and their hash. */
  result(): string {
    return `${this.messages} ${this.#hash.digest('hex').slice(0, 16)}`
  }
}

/** The order in which `!miniTicker@arr` names its symbols means nothing. */
function inOrderOfSymbols(text: string): string {
  if (!text.includes('24hrMiniTicker') || !text.includes('[{')) return text
  return text.replace(/\{"e":"24hrMiniTicker".*\}(?=\])/, (list) =>
    list
      .split(/,(?=\{"e")/)
      .toSorted()
      .join(','),
  )
}

function namesOf(topics: readonly string[]): string[] {
  return [...SYMBOLS.flatMap((symbol) => topics.map((topic) => `${symbol}@${topic}`)), ALL]
}

type Join = (feed: Feed, listener: GoldenListener) => () => void

const plain =
  (name: string): Join =>
  ({ streams }, listener) =>
    streams.follow(parseStreamName(name)!, listener)

const numbered =
  (name: string): Join =>
  ({ streams }, listener) =>
    streams.resume(parseStreamName(name)!, listener, listener.position)

const owned =
  (account: number): Join =>
  ({ accounts }, listener) =>
    accounts.follow(account, account, listener)

const numberedOwned =
  (account: number): Join =>
  ({ accounts }, listener) =>
    accounts.resume(account, account, listener, listener.position)

function every(joins: readonly Join[]): Join {
  return (feed, listener) => {
    const leaves = joins.map((join) => join(feed, listener))
    return () => leaves.forEach((leave) => leave())
  }
}

interface Member {
  readonly name: string
  readonly join: Join
  readonly listener: GoldenListener
  /** Decides when it moves. */
  readonly dice: number
  /** The step at which it comes. */
  due: number
}

/** A number that follows from the name alone: a listener that is added moves no other. */
function diceOf(name: string): number {
  return createHash('sha256').update(name).digest().readUInt32BE()
}

/** All listeners, by a name for what they listen to and how. */
export class GoldenAudience {
  readonly #members: Member[] = []
  readonly #feeds: readonly [Feed, Feed]
  #step = 0

  constructor(feeds: readonly [Feed, Feed]) {
    this.#feeds = feeds
    const names = namesOf(TOPICS)
    const first = { timeUnit: 'MILLISECOND', combined: false, moves: false } as const
    const mover = { timeUnit: 'MICROSECOND', combined: true, moves: true } as const
    this.#add('everything', every(namesOf(TOPICS_TOGETHER).map((name) => plain(name))), { ...first, combined: true })
    this.#add('all accounts', every(ACCOUNTS.map((account) => owned(account))), first)
    for (const name of names) {
      this.#add(name, plain(name), first)
      this.#add(`${name} of a guest`, plain(name), mover)
      this.#add(`${name} numbered`, numbered(name), first)
      this.#add(`${name} resumed`, numbered(name), mover)
    }
    for (const account of ACCOUNTS) {
      this.#add(`account ${account}`, owned(account), mover)
      this.#add(`account ${account} numbered`, numberedOwned(account), first)
      this.#add(`account ${account} resumed`, numberedOwned(account), mover)
    }
  }

  /** Let those come and go whose time it is. */
  move(): void {
    this.#step++
    for (const member of this.#members) {
      const { listener, join, dice } = member
      const place = listener.moves ? Math.floor((this.#step + dice) / STAY) % 2 : 0
      const isTime = listener.moves && (this.#step + dice) % STAY === 0
      if (listener.leave && (listener.isRestarted || isTime)) {
        listener.leave()
        listener.leave = undefined
        listener.isRestarted = false
        member.due = this.#step + (isTime ? AWAY[dice % AWAY.length]! : 2)
      } else if (!listener.leave && member.due <= this.#step) {
        listener.leave = join(this.#feeds[place]!, listener)
      }
    }
  }

  results(): Record<string, string> {
    return Object.fromEntries(this.#members.map(({ name, listener }) => [name, listener.result()]))
  }

  #add(name: string, join: Join, manner: Manner): void {
    const dice = diceOf(name)
    const due = manner.moves ? (dice % ARRIVALS) + 1 : 0
    this.#members.push({ name, join, listener: new GoldenListener(manner), dice, due })
  }
}
