import type { ChildProcess } from 'node:child_process'

/** Has `child` end when this process exits, however it comes to that. A signal that is not handled ends it without exiting. */
export function endsWithUs(child: ChildProcess): void {
  const end = (): void => void child.kill('SIGKILL')
  process.on('exit', end)
  child.once('close', () => process.off('exit', end))
}

/** Exit, and so end what `endsWithUs` was told of, when asked to end: with the code that a shell gives for the signal. */
export function exitWhenAsked(): void {
  process.once('SIGINT', () => process.exit(130))
  process.once('SIGTERM', () => process.exit(143))
}
