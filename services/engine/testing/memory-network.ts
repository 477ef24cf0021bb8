import type { LinkHandler } from '../src/link-handler.ts'
import type { LinkSocket, MemberSocket, MemberSocketEvents } from '../src/seams.ts'
import type { ProcessTime } from './process-time.ts'
import type { Random, VirtualTime } from '@uptick/runtime/testing'

/** Delay of a message when nothing is wrong, ms. */
const DELAY_MS_MAX = 2
/** Of the connections that send into a cut, this part sends again when it has healed, so much later at most, ms. */
const KEPT_SHARE = 0.7
const RESEND_MS_MAX = 500

/** What answers connections: an engine. */
export interface Listener {
  connect(socket: LinkSocket): LinkHandler
  disconnected(handler: LinkHandler): void
}

/** An end of a connection. */
interface End {
  readonly name: string
  readonly process: ProcessTime
}

interface Host extends End {
  readonly listener: Listener
}

/** Sees every message that is sent; what it gives back goes on, undefined loses the message and nothing else. */
export type Tap = (from: string, to: string, frame: Buffer) => Buffer | undefined

/**
 * One direction of a connection, which keeps its order. What is sent into a cut stays in the sender's kernel, whatever
 * becomes of its socket and its process: it is sent again when the cut has healed, or lost with all that follows it.
 */
class Way {
  readonly #network: MemoryNetwork
  readonly #from: End
  readonly #to: End
  readonly #kept: (() => void)[] = []
  #isBroken = false
  #lastAt = 0

  constructor(network: MemoryNetwork, from: End, to: End) {
    this.#network = network
    this.#from = from
    this.#to = to
  }

  get isCut(): boolean {
    return this.#network.isCut(this.#from.name, this.#to.name)
  }

  send(run: () => void): void {
    if (this.#isBroken) return
    if (!this.isCut) return this.#deliver(run, 0)
    this.#isBroken = this.#kept.length === 0 && !this.#network.keeps(this)
    if (!this.#isBroken) this.#kept.push(run)
  }

  /** The cut has healed, and the kernel tries once more after `ms`. */
  sendAgain(ms: number): void {
    for (const run of this.#kept.splice(0)) this.#deliver(run, ms)
  }

  #deliver(run: () => void, ms: number): void {
    const at = this.#network.now + ms + this.#network.delay(this.#from.name, this.#to.name)
    this.#lastAt = Math.max(this.#lastAt, at)
    this.#to.process.at(this.#lastAt, run)
  }
}

/** One connection. What is sent to the dead is lost. */
class Wire {
  readonly a: End
  readonly b: End
  isOpen = true
  readonly #toA: Way
  readonly #toB: Way

  constructor(network: MemoryNetwork, a: End, b: End) {
    this.a = a
    this.b = b
    this.#toA = new Way(network, b, a)
    this.#toB = new Way(network, a, b)
  }

  toA(run: () => void): void {
    this.#toA.send(run)
  }

  toB(run: () => void): void {
    this.#toB.send(run)
  }
}

/** Connections between simulated processes, by URL: slow, cut, and without memory of who was there before. */
export class MemoryNetwork {
  /** Of the messages, this part arrives once more a little later. */
  duplicates = 0
  tap: Tap | undefined
  readonly #time: VirtualTime
  readonly #random: Random
  readonly #hosts = new Map<string, Host>()
  /** By sender: who does not hear it. */
  readonly #cuts = new Map<string, Set<string>>()
  /** Names of those whose messages take up to this long, ms. */
  readonly #slow = new Map<string, number>()
  readonly #breaks = new Map<Wire, () => void>()
  /** With something that waits for a cut to heal. */
  readonly #kept = new Set<Way>()

  constructor(time: VirtualTime, random: Random) {
    this.#time = time
    this.#random = random
  }

  /** True time, ms. */
  get now(): number {
    return this.#time.elapsed()
  }

  /** Of one message, ms. */
  delay(from: string, to: string): number {
    const max = this.#slow.size === 0 ? DELAY_MS_MAX : (this.#slow.get(from) ?? this.#slow.get(to) ?? DELAY_MS_MAX)
    return this.#random.next() * max
  }

  isCut(from: string, to: string): boolean {
    return this.#cuts.size > 0 && this.#cuts.get(from)?.has(to) === true
  }

  /** Whether what is sent into a cut here will be sent again. */
  keeps(way: Way): boolean {
    const keeps = this.#random.chance(KEPT_SHARE)
    if (keeps) this.#kept.add(way)
    return keeps
  }

  /** Nothing comes from the one to the other from now on; connections stay up, as they do when a cable is pulled. */
  cut(from: string, to: string): void {
    const deaf = this.#cuts.get(from)
    if (deaf) deaf.add(to)
    else this.#cuts.set(from, new Set([to]))
  }

  /** Whatever `name` sends or is sent takes up to `delayMsMax`. */
  slow(name: string, delayMsMax: number): void {
    this.#slow.set(name, delayMsMax)
  }

  healCuts(): void {
    this.#cuts.clear()
    this.#sendAgain()
  }

  /** Undo `cut`. */
  heal(from: string, to: string): void {
    this.#cuts.get(from)?.delete(to)
    this.#sendAgain()
  }

  healAll(): void {
    this.healCuts()
    this.#slow.clear()
    this.duplicates = 0
  }

  listen(url: string, listener: Listener, process: ProcessTime): void {
    this.#hosts.set(url, { name: url, listener, process })
  }

  /** The process of that name has ended: its kernel resets what was open. */
  end(name: string): void {
    this.#hosts.delete(name)
    this.reset(name)
  }

  /** Break every connection of `name`. */
  reset(name: string): void {
    for (const [wire, close] of this.#breaks) if (wire.a.name === name || wire.b.name === name) close()
  }

  /** `name` dials `url`. */
  dial(name: string, process: ProcessTime, url: string, events: MemberSocketEvents): MemberSocket {
    const host = this.#hosts.get(url)
    if (!host) {
      process.after(this.delay(name, url), () => events.closed('refused'))
      return { send: () => undefined, close: () => undefined }
    }
    const wire = new Wire(this, { name, process }, host)
    let handler: LinkHandler | undefined
    const close = (): void => {
      if (!wire.isOpen) return
      wire.isOpen = false
      this.#breaks.delete(wire)
      wire.toA(() => events.closed('closed'))
      wire.toB(() => handler && host.listener.disconnected(handler))
    }
    this.#breaks.set(wire, close)
    const socket: LinkSocket = {
      peer: name,
      bufferedBytes: 0,
      send: (frame, sent) => {
        if (wire.isOpen)
          this.#carry(
            url,
            name,
            frame,
            (run) => wire.toA(run),
            (copy) => events.received(copy),
          )
        sent?.()
      },
      close: () => close(),
    }
    wire.toB(() => {
      if (!wire.isOpen) return
      handler = host.listener.connect(socket)
      wire.toA(() => events.opened())
    })
    return {
      send: (frame) => {
        const receive = (copy: Buffer): void => handler?.received(copy)
        if (wire.isOpen) this.#carry(name, url, frame, (run) => wire.toB(run), receive)
      },
      close: () => close(),
    }
  }

  #sendAgain(): void {
    for (const way of this.#kept) {
      if (way.isCut) continue
      this.#kept.delete(way)
      way.sendAgain(this.#random.integer(0, RESEND_MS_MAX))
    }
  }

  /** The frame's memory may be used again as soon as this returns. */
  #carry(
    from: string,
    to: string,
    frame: Uint8Array,
    deliver: (run: () => void) => void,
    receive: (frame: Buffer) => void,
  ): void {
    let copy: Buffer | undefined = Buffer.from(frame)
    if (this.tap) copy = this.tap(from, to, copy)
    if (copy === undefined) return
    const sent = copy
    deliver(() => receive(sent))
    if (this.duplicates > 0 && this.#random.chance(this.duplicates)) deliver(() => receive(sent))
  }
}
