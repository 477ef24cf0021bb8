import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** kubectl ended with another code than 0; the message is what it said. */
export class KubectlError extends Error {
  override readonly name = 'KubectlError'
  /** There is no such program. */
  readonly isNotStarted: boolean

  constructor(message: string, isNotStarted = false) {
    super(message)
    this.isNotStarted = isNotStarted
  }

  /** What was asked for is not there. */
  get isNotFound(): boolean {
    return /\(NotFound\)|not found/.test(this.message)
  }

  /** It is there already, or another process has changed it meanwhile. */
  get isConflict(): boolean {
    return /\(AlreadyExists\)|\(Conflict\)/.test(this.message)
  }
}

/** kubectl with the current kubeconfig and one namespace. */
export class Kubectl {
  readonly namespace: string

  constructor(namespace: string) {
    this.namespace = namespace
  }

  /** Arguments of a call, for code that starts kubectl itself. */
  arguments(args: readonly string[]): string[] {
    return ['--namespace', this.namespace, ...args]
  }

  /**
   * One call; answers with what it wrote. `input` goes to its standard input.
   *
   * @throws KubectlError
   */
  async run(args: readonly string[], input = ''): Promise<string> {
    const child = spawn('kubectl', this.arguments(args), { stdio: ['pipe', 'pipe', 'pipe'] })
    const [written, said]: [Buffer[], Buffer[]] = [[], []]
    child.stdout.on('data', (data: Buffer) => written.push(data))
    child.stderr.on('data', (data: Buffer) => said.push(data))
    child.stdin.on('error', () => undefined)
    child.stdin.end(input)
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', (error) =>
        reject(new KubectlError(`kubectl cannot be started; it has to be on the PATH: ${error.message}`, true)),
      )
      child.once('close', resolve)
    })
    const text = Buffer.concat(written).toString()
    if (code === 0) return text
    throw new KubectlError(Buffer.concat(said).toString().trim() || `kubectl ${args[0]} ended with ${code}`)
  }

  /** What one call writes is the input of another. @throws KubectlError */
  async pipe(from: readonly string[], to: readonly string[]): Promise<void> {
    const source = spawn('kubectl', this.arguments(from), { stdio: ['ignore', 'pipe', 'inherit'] })
    const target = spawn('kubectl', this.arguments(to), { stdio: ['pipe', 'ignore', 'inherit'] })
    source.stdout.pipe(target.stdin)
    target.stdin.on('error', () => undefined)
    const codes = await Promise.all(
      [source, target].map(async (child) => {
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Node's event 'close'
        const [code] = (await once(child, 'close')) as [number | null]
        return code
      }),
    )
    if (codes.some((code) => code !== 0))
      throw new KubectlError(`kubectl ${from[0]} | ${to[0]} ended with ${codes.join()}`)
  }

  /** @throws KubectlError */
  async json<T>(args: readonly string[], input?: string): Promise<T> {
    return JSON.parse(await this.run([...args, '--output', 'json'], input))
  }

  /** The same, undefined where there is no such thing. @throws KubectlError */
  async find<T>(args: readonly string[]): Promise<T | undefined> {
    const text = await this.run([...args, '--ignore-not-found', '--output', 'json'])
    return text === '' ? undefined : JSON.parse(text)
  }
}
