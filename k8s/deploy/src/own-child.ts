import type { ChildProcess } from 'node:child_process'

const children = new Set<ChildProcess>()
process.on('exit', () => children.forEach((child) => child.kill('SIGKILL')))

/** Has `child` end when this process exits, however it comes to that. A signal that is not handled ends it without exiting. */
export function endsWithUs(child: ChildProcess): void {
  children.add(child)
  child.once('close', () => children.delete(child))
}

/** Exit, and so end what `endsWithUs` was told of, when asked to end: with the code that a shell gives for the signal. */
export function exitWhenAsked(): void {
  process.once('SIGINT', () => process.exit(130))
  process.once('SIGTERM', () => process.exit(143))
}
