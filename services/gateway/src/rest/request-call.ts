import { withoutSignature } from '../auth/signature.ts'
import type { Call } from '../operations/call.ts'
import { publicError, PublicErrors, type TimeUnit } from '@uptick/protocol'
import { Params, illegal, microseconds } from '../params/params.ts'
import { parseForms } from './form.ts'
import type { RestRequest } from './rest-request.ts'

/** What a request asks for, and exactly what it signed: its raw query, then its raw body, both without signature. */
export function callOf(request: RestRequest, receivedAt: number): Call {
  const { query, body, headers } = request
  const apiKey = headers['x-mbx-apikey']
  const params = new Params(parseForms(query, body))
  // Most requests carry all parameters in one of the two.
  const signedQuery = withoutSignature(query)
  const signedBody = withoutSignature(body)
  return {
    params,
    ip: request.ip,
    receivedAt,
    length: query.length + body.length,
    timeUnit: timeUnitOf(headers['x-mbx-time-unit']),
    apiKey: typeof apiKey === 'string' ? apiKey : '',
    signed: signedQuery.rest + signedBody.rest,
    signature: params.raw('signature') ?? '',
    firstSent: firstSentOf(headers['x-uptick-idempotent'], params.raw('idempotent')),
  }
}

function timeUnitOf(header: string | string[] | undefined): TimeUnit {
  if (header === undefined) return 'MILLISECOND'
  const unit = String(header).toUpperCase()
  if (unit === 'MICROSECOND' || unit === 'MILLISECOND') return unit
  throw publicError(PublicErrors.INVALID_TIME_UNIT)
}

/**
 * The time of an idempotent retry in µs; 0 without. Header and parameter may both give it if they agree, else -1128.
 */
function firstSentOf(header: string | string[] | undefined, parameter: string | undefined): number {
  const moment = momentOf(header ?? parameter)
  if (header !== undefined && parameter !== undefined && momentOf(parameter) !== moment) {
    throw publicError(PublicErrors.INVALID_COMBINATION)
  }
  return moment
}

function momentOf(value: string | string[] | undefined): number {
  if (value === undefined) return 0
  if (typeof value !== 'string' || !/^[1-9][0-9]{9,15}$/.test(value)) throw illegal('idempotent', '^[0-9]{10,16}$')
  return microseconds(Number(value))
}
