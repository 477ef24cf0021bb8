import { BAD, GOOD } from '../grafana/palette.ts'
import type { StatesSpec } from '../grafana/spec.ts'

/** Conditions of readiness over time. @param where label matchers of processes and conditions */
export function conditionsPanel(title: string, where: string): StatesSpec {
  return {
    kind: 'states',
    title,
    description: 'Met by all processes of a service, or missing on one. The text of a condition is at /readyz.',
    unit: 'none',
    words: [
      { value: 1, word: 'met', colour: GOOD },
      { value: 0, word: 'missing', colour: BAD },
    ],
    queries: [
      {
        expr: `min by (service, condition) (readiness_condition{${where}})`,
        legend: '{{service}} {{condition}}',
      },
    ],
  }
}
