import { existsSync, writeFileSync } from 'node:fs'
import { writeGolden } from './golden-journal.ts'
import { goldenPlans } from './golden-plans.ts'

/** `node shared/core/testing/write-golden.ts`: writes the golden journals that are not there yet. */
for (const [name, plan] of Object.entries(goldenPlans)) {
  const file = new URL(`golden/${name}.txt`, import.meta.url)
  if (!existsSync(file)) writeFileSync(file, writeGolden(plan))
}
