import type { Evidence } from '../src/seams.ts'

/** The folder of a place in a simulation: outlives the processes there. */
export class MemoryEvidence implements Evidence {
  readonly #kept = new Map<string, Uint8Array>()

  keep(name: string, bytes: Uint8Array | readonly Uint8Array[]): string {
    this.#kept.set(name, Buffer.concat(bytes instanceof Uint8Array ? [bytes] : bytes))
    return name
  }

  find(name: string): Uint8Array | undefined {
    return this.#kept.get(name)
  }

  discard(name: string): void {
    this.#kept.delete(name)
  }
}
