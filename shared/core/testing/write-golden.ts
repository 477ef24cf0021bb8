import { existsSync, writeFileSync } from 'node:fs'
import { writeGolden } from './golden-journal.ts'
import { profiles } from './stream-profiles.ts'

/** `node shared/core/testing/write-golden.ts`: writes the golden journals that are not there yet. */
for (const [index, profile] of (Object.keys(profiles) as (keyof typeof profiles)[]).entries()) {
  const file = new URL(`golden/${profile}.txt`, import.meta.url)
  if (!existsSync(file)) writeFileSync(file, writeGolden(1000 + index, 600, profile))
}
