/**
 * Who may call an operation.
 *
 * - `NONE`: any caller.
 * - `TRADE`: a signed request of a key that may trade.
 * - `USER_DATA`: a signed request of a key that may read.
 * - `USER_STREAM`: a key without signature.
 */
export type Security = 'NONE' | 'TRADE' | 'USER_DATA' | 'USER_STREAM'
