import { PublicError, PublicErrors, publicError } from '@uptick/protocol'

const RETRY_AFTER_S = 1
const { code, text, status } = PublicErrors.SERVER_BUSY

/** Nothing was sent to the engine: it is safe to try again. */
export const SERVER_BUSY = new PublicError(code, text, status, { retryAfter: RETRY_AFTER_S })

/** It was sent, and not answered within the hold. It was executed as a whole or not at all: a query tells which. */
export const OUTCOME_UNKNOWN = publicError(PublicErrors.TIMEOUT)

/** It could not be sent within the time window that its caller set. */
export const OUTSIDE_WINDOW = publicError(PublicErrors.OUTSIDE_RECV_WINDOW)
