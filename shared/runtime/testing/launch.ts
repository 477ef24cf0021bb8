import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** One line of a service's log, as far as tests look at it. */
export interface Line {
  readonly msg?: string
  readonly level?: string
  readonly opsPort?: number
  readonly port?: number
  readonly drain?: { readonly cut: number }
}

const children: ChildProcess[] = []

/** Kill what a test has left. */
export function killChildren(): void {
  for (const child of children.splice(0)) if (child.exitCode === null) child.kill('SIGKILL')
}

/** Run a fixture of this folder as a process. `logged` resolves with the first line that contains the text. */
export function launch(fixture: string, environment: Record<string, string>) {
  const path = fileURLToPath(new URL(fixture, import.meta.url))
  const child = spawn(process.execPath, [path], { env: { OPS_PORT: '0', ...environment } })
  children.push(child)
  const lines: Line[] = []
  const waiting: { text: string; resolve: (line: Line) => void }[] = []
  createInterface({ input: child.stdout }).on('line', (text) => {
    const line: Line = JSON.parse(text)
    lines.push(line)
    for (const wait of waiting) if (line.msg?.includes(wait.text)) wait.resolve(line)
  })
  const logged = (text: string) =>
    new Promise<Line>((resolve) => {
      const seen = lines.find((line) => line.msg?.includes(text))
      if (seen) resolve(seen)
      else waiting.push({ text, resolve })
    })
  return { child, lines, logged, exit: once(child, 'exit') }
}
