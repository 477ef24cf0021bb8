import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { readDefinitions, rolloutOf } from '@uptick/runtime/flags'
import { FLIPPED } from './account-side.ts'
import type { FlagFault, Rollout } from './rollout.ts'

/** The file of flags of a data folder. It is truncated, replaced by nonsense, and removed. */
export class FileRollout implements Rollout {
  readonly #path: string
  readonly #before: string
  #text: string
  readonly faults: readonly FlagFault[] = [
    { name: 'file truncated', strike: async () => this.#write(this.#text.slice(0, this.#text.length / 2)) },
    { name: 'file of nonsense', strike: async () => this.#write('<html>503 Service Unavailable</html>') },
    { name: 'file gone', strike: async () => rmSync(this.#path) },
  ]

  constructor(path: string) {
    this.#path = path
    this.#before = readFileSync(path, 'utf8')
    this.#text = this.#before
  }

  async set(percent: number): Promise<void> {
    const { features, ...rest } = readDefinitions(this.#before)
    const flipped: readonly string[] = FLIPPED
    this.#text = JSON.stringify({
      ...rest,
      features: features.map((feature) => {
        if (!flipped.includes(feature.name)) return feature
        return { ...feature, enabled: true, strategies: [{ ...rolloutOf(feature.name, percent), constraints: [] }] }
      }),
    })
    this.#write(this.#text)
  }

  async restore(): Promise<void> {
    this.#write(this.#before)
  }

  /** As an editor saves: at once, under the same name. */
  #write(text: string): void {
    writeFileSync(`${this.#path}.new`, text)
    renameSync(`${this.#path}.new`, this.#path)
  }
}
