import { NotWritableError } from '../errors.ts'

/** A running PostgreSQL, as one of its connections sees it when it is opened. */
export interface Server {
  /**
   * When its postmaster was started, to the microsecond: any role may ask for it, and every other server and every restart
   * has another one. System identifier and timeline would not tell two replicas apart that were promoted from one point.
   */
  readonly startedAt: string
  /** It follows another server, and takes no writes until it is promoted. */
  readonly isStandby: boolean
  /** Transactions of this connection are read-only unless they say otherwise. */
  readonly isReadOnly: boolean
}

/** @throws NotWritableError with the reason */
export function checkWritable(server: Server): void {
  refuseStandby(server)
  if (server.isReadOnly) {
    throw new NotWritableError('PostgreSQL is read-only for this connection (default_transaction_read_only)')
  }
}

/**
 * For connections that a standby would take as well: what they read there is behind, and the locks that they take there are
 * unknown to all others.
 *
 * @throws NotWritableError with the reason
 */
export function refuseStandby({ isStandby }: Server): void {
  if (isStandby) {
    throw new NotWritableError('the address of PostgreSQL leads to a standby (in recovery), which takes no writes')
  }
}
