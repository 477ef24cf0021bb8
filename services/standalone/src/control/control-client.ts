import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { runningOn } from '@uptick/data-folder'
import { causeOf, EXIT_FAILED, EXIT_USAGE, Problem } from '@uptick/commandline'
import type { ClusterStatus, Rolled, RollLine, RollStep } from './protocol.ts'

/** The roll was refused, or stopped before its end. */
export class RollError extends Problem {
  override readonly name = 'RollError'
  /** True: no process was touched. */
  readonly refused: boolean

  constructor(message: string, refused: boolean) {
    super(message, refused ? EXIT_USAGE : EXIT_FAILED)
    this.refused = refused
  }
}

/** Client of the supervisor that runs on a data folder. */
export class ControlClient {
  readonly #url: string
  readonly #token: string

  constructor(url: string, token: string) {
    this.#url = url
    this.#token = token
  }

  /** @throws Problem when no supervisor runs there */
  static find(folder: string): ControlClient {
    const { running, settings } = runningOn(folder)
    return new ControlClient(running.controlUrl, settings.operatorToken)
  }

  async status(): Promise<ClusterStatus> {
    const status: ClusterStatus = JSON.parse(await (await this.#send('GET', '/status')).text())
    return status
  }

  /**
   * Replace processes. `onStep` is called after each step. Resolves with the duration in ms.
   *
   * @throws RollError when it is refused or fails
   */
  async roll(what: Rolled, onStep: (step: RollStep) => void): Promise<number> {
    const { body } = await this.#send('POST', `/rolls/${what}`)
    if (body === null) throw new Problem('The supervisor answered nothing.')
    for await (const text of createInterface({ input: Readable.fromWeb(body) })) {
      const line: RollLine = JSON.parse(text)
      if ('done' in line) return line.milliseconds
      if ('failed' in line) throw new RollError(line.failed, line.refused)
      onStep(line)
    }
    throw new Problem('The supervisor ended before the roll did.')
  }

  async #send(method: string, path: string): Promise<Response> {
    let response: Response
    try {
      response = await fetch(this.#url + path, { method, headers: { authorization: `Bearer ${this.#token}` } })
    } catch (error) {
      throw new Problem(`The supervisor at ${this.#url} does not answer: ${causeOf(error)}.`)
    }
    if (response.ok) return response
    throw new Problem(`The supervisor refuses: ${await response.text()}`)
  }
}
