import { Gauge, type Registry } from '../metrics.ts'
import type { TlsEntrance } from './tls-entrance.ts'

/** What becomes of handshakes, by the name of the listener. Once for each process. */
export function exposeTls(registry: Registry, entrances: Readonly<Record<string, TlsEntrance>>): void {
  const handshakes = new Gauge({
    name: 'tls_handshakes',
    help: 'Handshakes since the start, by how they ended; those under way',
    labelNames: ['listener', 'state'],
    registers: [],
    collect() {
      for (const [listener, { counters, handshakes: open }] of Object.entries(entrances)) {
        this.set({ listener, state: 'succeeded' }, counters.succeeded)
        this.set({ listener, state: 'failed' }, counters.failed)
        this.set({ listener, state: 'open' }, open)
      }
    },
  })
  registry.registerMetric(handshakes)
}
