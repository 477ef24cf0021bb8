import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

const NONCE_BYTES = 12
const TAG_BYTES = 16
export const ENCRYPTION_KEY_BYTES = 32

/**
 * Encrypts secrets for the table with AES-256-GCM and a fresh nonce each. A secret is bound to the name of its key, so
 * two rows cannot be swapped. Layout: nonce (12) · tag (16) · ciphertext.
 */
export class SecretBox {
  readonly #key: Uint8Array

  /** `key`: exactly 32 bytes. */
  constructor(key: Uint8Array) {
    if (key.length !== ENCRYPTION_KEY_BYTES) {
      throw new Error(`the key encryption key has ${key.length} bytes, it must have ${ENCRYPTION_KEY_BYTES}`)
    }
    this.#key = key
  }

  seal(secret: string, boundTo: string): Buffer {
    const nonce = randomBytes(NONCE_BYTES)
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce)
    cipher.setAAD(Buffer.from(boundTo))
    const body = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()])
    return Buffer.concat([nonce, cipher.getAuthTag(), body])
  }

  /** Throws when the encryption key is another one or the row was changed. */
  open(sealed: Uint8Array, boundTo: string): string {
    const nonce = sealed.subarray(0, NONCE_BYTES)
    const decipher = createDecipheriv('aes-256-gcm', this.#key, nonce, { authTagLength: TAG_BYTES })
    decipher.setAAD(Buffer.from(boundTo))
    decipher.setAuthTag(sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES))
    return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]).toString('utf8')
  }
}
