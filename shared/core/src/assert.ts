/** An impossible state: the state machine is broken, not its input. Core never catches it. */
export class AssertionError extends Error {
  override readonly name = 'AssertionError'
}

/** Assertions stay on in production: a wrong state must stop the process. `message` says what should hold. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new AssertionError(message)
}
