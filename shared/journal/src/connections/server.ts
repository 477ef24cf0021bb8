import { NotWritableError } from '../errors.ts'

/** A running PostgreSQL, as one of its connections sees it when it is opened. */
export interface Server {
  /**
   * The start time of its postmaster, to the microsecond: any role may read it, and it differs for every other server
   * and every restart. System identifier and timeline would not tell two replicas apart that were promoted from one
   * point.
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
 * For connections that a standby would accept as well: they would read old state there, and their locks would be
 * unknown to all others.
 *
 * @throws NotWritableError with the reason
 */
export function refuseStandby({ isStandby }: Server): void {
  if (isStandby) {
    throw new NotWritableError('the address of PostgreSQL leads to a standby (in recovery), which takes no writes')
  }
}
