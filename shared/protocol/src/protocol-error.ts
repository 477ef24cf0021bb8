/** Bytes that are not what they claim to be. Never thrown for anything but input: a caller may drop the peer and go on. */
export class ProtocolError extends Error {
  override readonly name: string = 'ProtocolError'
}

/** The bytes break their layout: cut short, too long, a field outside its domain. */
export class MalformedError extends ProtocolError {
  override readonly name = 'MalformedError'
  /** What was being read: `record`, `batch`, `frame`, `outcome`. */
  readonly what: string

  constructor(what: string, why: string) {
    super(`malformed ${what}: ${why}`)
    this.what = what
  }
}

/** The bytes were written in a layout that this build cannot read: it must be upgraded, or the writer rolled back. */
export class UnknownVersionError extends ProtocolError {
  override readonly name = 'UnknownVersionError'
  readonly what: string
  readonly met: number
  readonly known: readonly number[]

  constructor(what: string, met: number, known: readonly number[]) {
    super(`unknown ${what} version ${met}; this build knows ${known.join(', ')}`)
    this.what = what
    this.met = met
    this.known = known
  }
}
