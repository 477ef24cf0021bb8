import { PublicErrors, publicError } from '@uptick/protocol'
import { illegal } from '../params/params.ts'

/** More parameters than any operation has. */
export const PARAMETERS_MAX = 100

/**
 * The parameters of a request: form text of the query and of the body, whatever its Content-Type. A name in both: the
 * query wins. A name twice in one of them: -1101.
 */
export function parseForms(query: string, body: string): Map<string, string> {
  const values = new Map<string, string>()
  if (body !== '') parseForm(body, values)
  if (query === '') return values
  if (values.size === 0) {
    parseForm(query, values)
    return values
  }
  const fromQuery = new Map<string, string>()
  parseForm(query, fromQuery)
  for (const [name, value] of fromQuery) values.set(name, value)
  return values
}

function parseForm(text: string, values: Map<string, string>): void {
  // Hardly any form is encoded: one check of the whole text saves one for each name and value.
  const isEncoded = ENCODED.test(text)
  let start = 0
  while (start < text.length) {
    let end = text.indexOf('&', start)
    if (end < 0) end = text.length
    if (end > start) {
      const equals = text.indexOf('=', start)
      const nameEnd = equals < 0 || equals > end ? end : equals
      const rawName = text.slice(start, nameEnd)
      const name = isEncoded ? decode(rawName, '') : rawName
      if (values.has(name)) throw publicError(PublicErrors.DUPLICATE_PARAMETER)
      if (values.size >= PARAMETERS_MAX) throw publicError(PublicErrors.TOO_MANY_PARAMETERS)
      const value = nameEnd === end ? '' : text.slice(nameEnd + 1, end)
      values.set(name, isEncoded ? decode(value, name) : value)
    }
    start = end + 1
  }
}

const ENCODED = /[%+]/

function decode(text: string, name: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    throw illegal(printable(name), 'percent-encoded UTF-8')
  }
}

/** A name from a request, shortened and cleaned for use in a message. */
function printable(name: string): string {
  return name.slice(0, 40).replaceAll(/[^\w.-]/g, '?')
}
