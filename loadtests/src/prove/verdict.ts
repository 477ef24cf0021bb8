import type { Proof } from './proof.ts'
import { holdShortcomings, holdsOf, shortcomings, strayFindings } from './rows.ts'

/** The failures of a proof; empty when it passes. */
export function failuresOf(proof: Proof): string[] {
  const { rows, findings, timeline } = proof
  return [
    ...rows.flatMap((row) => shortcomings(row)),
    ...holdShortcomings(plannedHolds(proof)),
    ...strayFindings(rows, findings, timeline).map(({ kind, text }) => `outside of all scenarios: ${kind}: ${text}`),
  ]
}

/** How long each planned change of leader held a trader, ms. */
export function plannedHolds({ rows, log, timeline }: Pick<Proof, 'rows' | 'log' | 'timeline'>): number[] {
  return rows.filter(({ planned }) => planned).flatMap(({ scenario }) => holdsOf(scenario, log, timeline))
}
