import { Counter, Gauge, type Registry } from '../metrics.ts'
import type { TlsEntrance } from './tls-entrance.ts'

type Entrance = Pick<TlsEntrance, 'counters' | 'handshakes'>

/** What becomes of handshakes, by the name of the listener. Once for each process. */
export function exposeTls(registry: Registry, entrances: Readonly<Record<string, Entrance>>): void {
  const ended = new Counter({
    name: 'tls_handshakes_total',
    help: 'Handshakes by how they ended',
    labelNames: ['listener', 'outcome'],
    registers: [],
    collect() {
      this.reset()
      for (const [listener, { counters }] of Object.entries(entrances))
        for (const [outcome, count] of Object.entries(counters)) this.inc({ listener, outcome }, count)
    },
  })
  const open = new Gauge({
    name: 'tls_handshakes_in_progress',
    help: 'Handshakes that have begun and not ended',
    labelNames: ['listener'],
    registers: [],
    collect() {
      for (const [listener, { handshakes }] of Object.entries(entrances)) this.set({ listener }, handshakes)
    },
  })
  registry.registerMetric(ended)
  registry.registerMetric(open)
}
