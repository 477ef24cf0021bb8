/** A signal that never fires. */
export const NO_HURRY: AbortSignal = new AbortController().signal

/** Wait `milliseconds`, or less when `hurry` fires; never longer, and never an error. */
export function pause(milliseconds: number, hurry: AbortSignal): Promise<void> {
  if (milliseconds <= 0 || hurry.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer)
      hurry.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, milliseconds)
    hurry.addEventListener('abort', done)
  })
}
