import { ProtocolError } from '../src/protocol-error.ts'

/** Run `read`: true when it returns or fails with the typed error of damaged bytes; any other error is thrown on. */
export function onlyTyped(read: () => void): boolean {
  try {
    read()
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error
  }
  return true
}
