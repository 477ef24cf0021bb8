import { spawn, type ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Kubectl } from './kubectl.ts'
import type { Metadata } from './objects.ts'
import { endsWithUs } from '@uptick/commandline'

const AGAIN_MS = 500

export interface WatchEvent<T> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  readonly object: T
}

/**
 * Follows all objects of a kind, over one kubectl that is started again when it ends: the newest state by name, and who
 * listens hears of each change. What happened while kubectl was away is missed; the state is right again when it is back.
 */
export class Watch<T extends { readonly metadata: Metadata }> {
  readonly objects = new Map<string, T>()
  readonly #kubectl: Kubectl
  readonly #args: readonly string[]
  readonly #listener: (event: WatchEvent<T>) => void
  #child: ChildProcess | undefined
  #timer: NodeJS.Timeout | undefined
  #stopped = false

  /** @param args what to follow: `['pods']`, with a selector if need be */
  constructor(kubectl: Kubectl, args: readonly string[], listener: (event: WatchEvent<T>) => void = () => undefined) {
    this.#kubectl = kubectl
    this.#args = args
    this.#listener = listener
    this.#start()
  }

  stop(): void {
    this.#stopped = true
    clearTimeout(this.#timer)
    this.#child?.kill()
  }

  #start(): void {
    const args = ['get', ...this.#args, '--watch', '--output-watch-events', '--output', 'json']
    const child = spawn('kubectl', this.#kubectl.arguments(args), { stdio: ['ignore', 'pipe', 'ignore'] })
    this.#child = child
    endsWithUs(child)
    // An event a line.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what Kubernetes documents
    createInterface(child.stdout).on('line', (line) => this.#took(JSON.parse(line) as WatchEvent<T>))
    child.on('error', () => undefined)
    child.once('close', () => {
      if (this.#stopped) return
      this.#timer = setTimeout(() => this.#start(), AGAIN_MS)
    })
  }

  #took(event: WatchEvent<T>): void {
    const { name, uid } = event.object.metadata
    if (event.type !== 'DELETED') this.objects.set(name, event.object)
    // A StatefulSet gives a name again: only its own end takes an object away.
    else if (this.objects.get(name)?.metadata.uid === uid) this.objects.delete(name)
    this.#listener(event)
  }
}
