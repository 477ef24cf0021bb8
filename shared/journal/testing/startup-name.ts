/** Of the frontend/backend protocol, version 3: https://www.postgresql.org/docs/current/protocol-message-formats.html */
const PROTOCOL = 196_608
const HEADER_BYTES = 8

/** The `application_name` in the first message of a connection to PostgreSQL; '' when it is something else, or has none. */
export function startupName(message: Buffer): string {
  if (message.length < HEADER_BYTES || message.readUInt32BE(4) !== PROTOCOL) return ''
  const fields = message.subarray(HEADER_BYTES, message.readUInt32BE(0)).toString().split('\0')
  const at = fields.findIndex((field, index) => index % 2 === 0 && field === 'application_name')
  return at < 0 ? '' : (fields[at + 1] ?? '')
}
