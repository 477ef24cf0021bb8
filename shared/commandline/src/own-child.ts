import type { ChildProcess } from 'node:child_process'
import { undoLater } from './interruption.ts'

const children = new Set<ChildProcess>()
process.on('exit', () => children.forEach((child) => child.kill('SIGKILL')))

/**
 * Has `child` end when this process exits, however it comes to that, and when it is interrupted before what was there when
 * the child was started. A signal that is not handled ends a process without exiting: `undoWhenInterrupted` handles them.
 */
export function endsWithUs(child: ChildProcess): void {
  children.add(child)
  const end = undoLater(() => void child.kill('SIGKILL'))
  child.once('close', () => {
    children.delete(child)
    void end()
  })
}
