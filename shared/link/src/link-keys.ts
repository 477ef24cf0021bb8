import { createHmac } from 'node:crypto'
import { KEY_ID_BYTES, LINK_KEYS_MAX } from '@uptick/protocol'

/** A secret that both ends of a link may share, and the name by which they find out whether they do. */
export interface LinkKey {
  readonly id: Buffer
  readonly secret: Buffer
}

/** The present secrets of this process, the preferred one first. Read at each handshake: they change at run time. */
export type LinkKeys = () => readonly LinkKey[]

/** Characters of a secret: 32 bytes in hexadecimal or base64 have more. */
export const SECRET_LENGTH_MIN = 32

/**
 * One secret, or two while they are being replaced: separated by white space or a comma, the new one first.
 *
 * @throws Error with the reason, which does not contain the secrets
 */
export function parseLinkKeys(text: string): readonly LinkKey[] {
  const secrets = text.split(/[\s,]+/).filter((secret) => secret !== '')
  if (secrets.length === 0) throw new Error('it holds no secret')
  if (secrets.length > LINK_KEYS_MAX) throw new Error(`it holds ${secrets.length} secrets, at most ${LINK_KEYS_MAX}`)
  if (secrets.some((secret) => secret.length < SECRET_LENGTH_MIN)) {
    throw new Error(`a secret has at least ${SECRET_LENGTH_MIN} characters`)
  }
  return secrets.map((secret) => linkKey(Buffer.from(secret)))
}

function linkKey(secret: Buffer): LinkKey {
  const id = createHmac('sha256', secret).update('uptick link: name of the secret').digest().subarray(0, KEY_ID_BYTES)
  return { id, secret }
}
