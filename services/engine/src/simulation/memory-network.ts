import type { LinkHandler } from '../link-handler.ts'
import type { LinkSocket, MemberSocket, MemberSocketEvents } from '../seams.ts'
import type { ProcessTime } from './process-time.ts'
import type { Random } from './random.ts'

/** Delay of a message when nothing is wrong, ms. */
const DELAY_MS_MAX = 2

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

/** One connection: both directions keep their order; what is sent to the dead or into a cut is lost. */
class Wire {
  readonly a: End
  readonly b: End
  isOpen = true
  /** Something was lost on the way there: nothing that was sent after it arrives either. */
  #isBrokenToA = false
  #isBrokenToB = false
  readonly #network: MemoryNetwork
  #lastToA = 0
  #lastToB = 0

  constructor(network: MemoryNetwork, a: End, b: End) {
    this.#network = network
    this.a = a
    this.b = b
  }

  toA(run: () => void): void {
    this.#isBrokenToA ||= this.#network.isCut(this.b.name, this.a.name)
    if (!this.#isBrokenToA) this.#lastToA = this.#deliver(this.b, this.a, this.#lastToA, run)
  }

  toB(run: () => void): void {
    this.#isBrokenToB ||= this.#network.isCut(this.a.name, this.b.name)
    if (!this.#isBrokenToB) this.#lastToB = this.#deliver(this.a, this.b, this.#lastToB, run)
  }

  #deliver(from: End, to: End, last: number, run: () => void): number {
    const now = to.process.elapsed()
    const at = Math.max(last, now + this.#network.delay(from.name, to.name))
    to.process.after(at - now, run)
    return at
  }
}

/** Connections between simulated processes, by URL: slow, cut, and without memory of who was there before. */
export class MemoryNetwork {
  /** Of the messages, this part arrives once more a little later. */
  duplicates = 0
  tap: Tap | undefined
  readonly #random: Random
  readonly #hosts = new Map<string, Host>()
  /** By sender: who does not hear it. */
  readonly #cuts = new Map<string, Set<string>>()
  /** Names of those whose messages take up to this long, ms. */
  readonly #slow = new Map<string, number>()
  readonly #breaks = new Map<Wire, () => void>()

  constructor(random: Random) {
    this.#random = random
  }

  /** Of one message, ms. */
  delay(from: string, to: string): number {
    const max = this.#slow.size === 0 ? DELAY_MS_MAX : (this.#slow.get(from) ?? this.#slow.get(to) ?? DELAY_MS_MAX)
    return this.#random.next() * max
  }

  isCut(from: string, to: string): boolean {
    return this.#cuts.size > 0 && this.#cuts.get(from)?.has(to) === true
  }

  /** Lose everything from the one to the other from now on; connections stay up, as they do when a cable is pulled. */
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
  }

  healAll(): void {
    this.#cuts.clear()
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
