import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FlagName } from '@uptick/runtime/flags'

/** A file of flags in Unleash's format, in a folder of its own. */
export class FlagsFile {
  readonly #folder = mkdtempSync(join(tmpdir(), 'uptick-flags-'))
  readonly path = join(this.#folder, 'flags.json')

  /** The file then defines this flag alone. */
  write(name: FlagName, enabled: boolean, strategy: object = { name: 'default' }): void {
    const features = [{ name, enabled, strategies: [strategy] }]
    writeFileSync(this.path, JSON.stringify({ version: 2, features }))
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true })
  }
}
