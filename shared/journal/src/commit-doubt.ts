/** A notice or warning of PostgreSQL beside its answer, as `pg` passes it on. */
export interface Notice {
  readonly message?: string | undefined
  /** SQLSTATE. */
  readonly code?: string | undefined
  /** The routine in PostgreSQL's source that raised it. */
  readonly file?: string | undefined
  readonly routine?: string | undefined
}

/** Class 00: success. Notices and remarks have it; warnings have class 01, unless they say more. */
const REMARK = '00'
/** The server ends this session. */
const OPERATOR_INTERVENTION = '57P'

/**
 * Whether a commit that is answered with success may be less durable than promised. There are two such warnings, both
 * of `SyncRepWaitForLSN` in syncrep.c: the wait for the standby was cancelled (its SQLSTATE is 01000, which every
 * warning has that has none of its own, so that wraparound and any `RAISE WARNING` have it as well), and the session is
 * being ended in the middle of it (57P01). Words and severity are in the language of `lc_messages`; SQLSTATE and place
 * are in none. A warning that a pooler passes on without its place leaves the commit in doubt.
 */
export function leavesCommitInDoubt({ code, file, routine }: Notice): boolean {
  if (code?.startsWith(REMARK)) return false
  if (code?.startsWith(OPERATOR_INTERVENTION)) return true
  if (file === undefined && routine === undefined) return true
  return file?.endsWith('syncrep.c') === true || routine?.startsWith('SyncRep') === true
}
