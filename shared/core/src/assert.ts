/** An impossible state was met: the state machine is broken, not the input. Never caught inside core. */
export class AssertionError extends Error {
  override readonly name = 'AssertionError'
}

/** Stay on in production: a wrong state must stop, not spread. `message` says what should have held. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new AssertionError(message)
}
