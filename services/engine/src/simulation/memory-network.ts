import type { Engine } from '../engine.ts'
import type { LinkHandler } from '../link-handler.ts'
import type { LinkSocket, MemberSocket, MemberSocketEvents } from '../seams.ts'
import type { ProcessTime } from './process-time.ts'
import type { Random } from './random.ts'

/** An end of a connection. */
interface End {
  readonly name: string
  readonly process: ProcessTime
}

interface Host extends End {
  readonly engine: Engine
}

/** One connection: both directions keep their order; what is sent to the dead or into a cut is lost. */
class Wire {
  readonly a: End
  readonly b: End
  isOpen = true
  /** Something was lost: nothing that was sent after it arrives either. */
  #isBroken = false
  readonly #network: MemoryNetwork
  #lastToA = 0
  #lastToB = 0

  constructor(network: MemoryNetwork, a: End, b: End) {
    this.#network = network
    this.a = a
    this.b = b
  }

  toA(run: () => void): void {
    this.#lastToA = this.#deliver(this.a, this.#lastToA, run)
  }

  toB(run: () => void): void {
    this.#lastToB = this.#deliver(this.b, this.#lastToB, run)
  }

  #deliver(to: End, last: number, run: () => void): number {
    const now = to.process.elapsed()
    const at = Math.max(last, now + this.#network.delay())
    this.#isBroken ||= this.#network.isCut(this.a.name, this.b.name)
    if (!this.#isBroken) to.process.after(at - now, run)
    return at
  }
}

/** Connections between simulated processes, by URL: slow, cut, and without memory of who was there before. */
export class MemoryNetwork {
  delayMsMax = 2
  readonly #random: Random
  readonly #hosts = new Map<string, Host>()
  readonly #cuts = new Set<string>()
  readonly #breaks = new Map<Wire, () => void>()

  constructor(random: Random) {
    this.#random = random
  }

  delay(): number {
    return this.#random.next() * this.delayMsMax
  }

  isCut(a: string, b: string): boolean {
    return this.#cuts.has([a, b].toSorted().join(' '))
  }

  /** Lose everything between the two from now on; connections stay up, as they do when a cable is pulled. */
  cut(a: string, b: string): void {
    this.#cuts.add([a, b].toSorted().join(' '))
  }

  healAll(): void {
    this.#cuts.clear()
  }

  listen(url: string, engine: Engine, process: ProcessTime): void {
    this.#hosts.set(url, { name: url, engine, process })
  }

  /** The process at `url` has ended: its kernel resets what was open. */
  end(url: string): void {
    this.#hosts.delete(url)
    for (const [wire, close] of this.#breaks) if (wire.a.name === url || wire.b.name === url) close()
  }

  /** Break every connection of `name`. */
  reset(name: string): void {
    for (const [wire, close] of this.#breaks) if (wire.a.name === name || wire.b.name === name) close()
  }

  /** `name` dials `url`. */
  dial(name: string, process: ProcessTime, url: string, events: MemberSocketEvents): MemberSocket {
    const host = this.#hosts.get(url)
    if (!host) {
      process.after(this.delay(), () => events.closed('refused'))
      return { send: () => undefined, close: () => undefined }
    }
    const wire = new Wire(this, { name, process }, host)
    let handler: LinkHandler | undefined
    const close = (): void => {
      if (!wire.isOpen) return
      wire.isOpen = false
      this.#breaks.delete(wire)
      wire.toA(() => events.closed('closed'))
      wire.toB(() => handler && host.engine.disconnected(handler))
    }
    this.#breaks.set(wire, close)
    const socket: LinkSocket = {
      peer: name,
      bufferedBytes: 0,
      send: (frame, sent) => {
        const copy = Buffer.from(frame)
        if (wire.isOpen) wire.toA(() => events.received(copy))
        sent?.()
      },
      close: () => close(),
    }
    wire.toB(() => {
      if (!wire.isOpen) return
      handler = host.engine.connect(socket)
      wire.toA(() => events.opened())
    })
    return {
      send: (frame) => {
        const copy = Buffer.from(frame)
        if (wire.isOpen) wire.toB(() => handler?.received(copy))
      },
      close: () => close(),
    }
  }
}
