import { spawn } from 'node:child_process'

/** Faults of a node or a zone: cut its network, take its power; and the reversal of each. */
export type Fault = 'cut' | 'heal' | 'kill' | 'start'

/**
 * The command that breaks nodes of this cluster. It is called as `COMMAND node NAME cut|heal|kill|start` and `COMMAND
 * zone NAME …`. Kubernetes has no such function, and every cluster needs another command.
 */
export class FaultCommand {
  readonly #words: readonly string[]

  /** @param command program and arguments, separated by blanks */
  constructor(command: string) {
    this.#words = words(command)
  }

  node(name: string, fault: Fault): Promise<void> {
    return this.#run(['node', name, fault])
  }

  /** @param name as in the nodes' label `topology.kubernetes.io/zone`, without a leading `zone-` */
  zone(name: string, fault: Fault): Promise<void> {
    return this.#run(['zone', name.replace(/^zone-/, ''), fault])
  }

  async #run(args: readonly string[]): Promise<void> {
    const [program = '', ...before] = this.#words
    const child = spawn(program, [...before, ...args], { stdio: ['ignore', 'ignore', 'pipe'] })
    let said = ''
    child.stderr.on('data', (data: Buffer) => (said += data.toString()))
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject)
      child.once('exit', resolve)
    })
    if (code !== 0) throw new Error(`${[...this.#words, ...args].join(' ')} ended with ${code}: ${said.trim()}`)
  }
}

/** Program and arguments of a command, separated by blanks. */
export function words(command: string): string[] {
  return command.split(/\s+/).filter((word) => word !== '')
}
