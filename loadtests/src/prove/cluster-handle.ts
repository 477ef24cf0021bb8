import { setTimeout as delay } from 'node:timers/promises'
import { ControlClient, OperatorClient } from '@uptick/standalone'
import type { RunningExchange } from '../../testing/exchange.ts'

const READY_MAX_MS = 30_000
const POLL_MS = 100
const LEADER_POLL_MS = 40

/** What the proof does to a running exchange. */
export class ClusterHandle {
  readonly control: ControlClient
  readonly #exchange: RunningExchange

  constructor(exchange: RunningExchange) {
    this.#exchange = exchange
    this.control = ControlClient.find(exchange.folder)
  }

  get operator(): OperatorClient {
    return new OperatorClient(this.#exchange.running().operatorUrl, this.#exchange.operatorToken)
  }

  /** Every process is ready and somebody leads. @throws Error after 30 s */
  async ready(): Promise<void> {
    for (const began = performance.now(); ; await delay(POLL_MS)) {
      const { leader, processes } = await this.control.status()
      const unready = processes.filter(({ ready }) => !ready)
      if (leader !== undefined && unready.length === 0) return
      if (performance.now() - began > READY_MAX_MS)
        throw new Error(`not ready: ${unready.map(({ name, reason }) => `${name} (${reason})`).join(', ')}`)
    }
  }

  /** Name of the engine that says it leads, other than `before`. @throws Error after 30 s */
  async leader(before?: string): Promise<string> {
    for (const began = performance.now(); performance.now() - began < READY_MAX_MS; await delay(LEADER_POLL_MS)) {
      for (const [name, url] of Object.entries(this.#exchange.running().ops))
        if (name.startsWith('engine') && name !== before && (await leads(url))) return name
    }
    throw new Error('nobody leads')
  }

  kill(name: string): void {
    const { processes } = this.#exchange.running()
    const id = processes[name]
    if (id === undefined) throw new Error(`there is no ${name}`)
    process.kill(id, 'SIGKILL')
  }
}

async function leads(opsUrl: string): Promise<boolean> {
  try {
    const text = await (await fetch(`${opsUrl}/metrics?name[]=engine_role`)).text()
    return /^engine_role\{[^}]*role="leading"[^}]*\} 1$/m.test(text)
  } catch {
    return false
  }
}
