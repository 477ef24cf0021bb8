import { PALETTE } from '../grafana/palette.ts'
import type { RowSpec } from '../grafana/spec.ts'
import { rate, SHARD } from './promql.ts'
import { badFrom, warnFrom } from './steps.ts'

/** What Node.js says of the processes of a service. @param where label matchers of these processes */
export function processesRow(where: string): RowSpec {
  return {
    title: 'Processes',
    panels: [
      {
        kind: 'lines',
        title: 'Processor',
        description: 'One processor is 1: the event loop of a process cannot use more, garbage collection a little.',
        unit: 'percentunit',
        steps: warnFrom(0.8),
        queries: [{ expr: rate('process_cpu_seconds_total', where), legend: '{{instance}}' }],
      },
      {
        kind: 'lines',
        title: 'Event loop delay, p99',
        description: 'How late timers are, sampled every 100 ms. All requests of the process wait so long.',
        unit: 's',
        steps: badFrom(0.25),
        queries: [{ expr: `nodejs_eventloop_lag_p99_seconds{${where}}`, legend: '{{instance}}' }],
      },
      {
        kind: 'lines',
        title: 'Memory',
        description: 'Resident memory of each process.',
        unit: 'bytes',
        queries: [{ expr: `process_resident_memory_bytes{${where}}`, legend: '{{instance}}' }],
      },
      {
        kind: 'lines',
        title: 'Log lines dropped',
        description:
          'Lines of the log that could not be written, of all processes. The disk is full, or the reader is gone.',
        unit: 'ops',
        queries: [
          { expr: `sum(${rate('log_lines_dropped_total', SHARD)})`, legend: 'dropped', colour: PALETTE.vermilion },
        ],
      },
    ],
  }
}
