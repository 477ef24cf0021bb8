import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { messageOf, Problem } from './problem.ts'

/** Signals that ask a command to end, with the exit code that a shell gives for each. */
const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const
/** A terminal signals npm and this process, and npm passes its own on: within so long that is one Ctrl-C, ms. */
const SAME_SIGNAL_MS = 1_000
/** All undoing together; past that the process exits all the same, ms. */
const UNDO_MS_MAX = 75_000

/** Ends what a command was doing when it was asked to end. It is not printed. */
export class Interrupted extends Problem {
  override readonly name = 'Interrupted'

  constructor(exitCode: number) {
    super('Interrupted.', exitCode)
  }
}

const pending: (() => Promise<void>)[] = []
let interruption: { readonly code: number; readonly at: number } | undefined

/**
 * Take note of what this command leaves behind, as soon as it is there. Its maker undoes it at the ordinary end;
 * `runCommand` does when the command fails before, and `undoWhenInterrupted` when it is asked to end. The last is undone first.
 *
 * @returns undoes it now; once, however often it is called
 */
export function undoLater(undo: () => Promise<unknown> | void): () => Promise<void> {
  let running: Promise<void> | undefined
  const once = (): Promise<void> => (running ??= run())
  const run = async (): Promise<void> => {
    try {
      await undo()
    } finally {
      pending.splice(pending.indexOf(once), 1)
    }
  }
  pending.push(once)
  return once
}

/** A folder below the system's folder for temporary files, which goes with `remove`, or with the command. */
export interface TemporaryFolder {
  readonly path: string
  readonly remove: () => Promise<void>
}

/** @throws Interrupted */
export function temporaryFolder(prefix: string): TemporaryFolder {
  throwIfInterrupted()
  const path = mkdtempSync(join(tmpdir(), prefix))
  // A process that ends may still write: then the folder is not empty at the first try.
  return { path, remove: undoLater(() => rm(path, { recursive: true, force: true, maxRetries: 8, retryDelay: 100 })) }
}

/** Before something is begun that would have to be undone. @throws Interrupted once the command was asked to end */
export function throwIfInterrupted(): void {
  if (interruption !== undefined) throw new Interrupted(interruption.code)
}

export function isInterrupted(): boolean {
  return interruption !== undefined
}

/** Undo what is still noted, the last first. What cannot be undone is said in one sentence. */
export async function undoAll(): Promise<void> {
  for (let last = pending.at(-1); last !== undefined; last = pending.at(-1)) {
    await last().catch((error: unknown) => void process.stderr.write(`Not cleaned up: ${messageOf(error)}.\n`))
  }
}

/**
 * From now on a signal that asks this process to end has it undo what was noted, and exit with the code of the signal. A
 * second signal, more than a second later, has it exit at once.
 */
export function undoWhenInterrupted(): void {
  for (const [signal, code] of Object.entries(SIGNALS)) process.on(signal, () => interrupted(code))
}

function interrupted(code: number): void {
  if (interruption !== undefined) {
    if (performance.now() - interruption.at > SAME_SIGNAL_MS) process.exit(code)
    return
  }
  interruption = { code, at: performance.now() }
  // What fails because of it must not end the process before everything is undone.
  process.on('uncaughtException', () => undefined)
  // Who was forked is a part of a command that says it.
  if (pending.length > 0 && process.send === undefined)
    process.stderr.write('Interrupted: cleaning up. Once more: at once.\n')
  void Promise.race([undoAll(), delay(UNDO_MS_MAX)]).finally(() => process.exit(code))
}
