import { createPrivateKey, X509Certificate } from 'node:crypto'
import { createSecureContext } from 'node:tls'

/** A certificate with its key, as PEM, and what signs those of the other end where they are wanted. */
export interface Certificate {
  /** The chain, the own one first. */
  readonly cert: Buffer
  readonly key: Buffer
  readonly ca?: Buffer
}

/** Bytes of one file; a chain has a few thousand. */
export const CERTIFICATE_BYTES_MAX = 1 << 20

/**
 * What is in the files of certificate, key and, if there is a third one, certificate authority.
 *
 * @throws Error when they cannot be used, or do not belong together
 */
export function readCertificate([cert, key, ca]: readonly Buffer[]): Certificate {
  const files = [cert, key, ca].filter((file): file is Buffer => file !== undefined)
  if (files.some(({ length }) => length > CERTIFICATE_BYTES_MAX)) throw new Error('a file is too long')
  if (!cert || !key) throw new Error('a certificate and its key are two files')
  const own = new X509Certificate(cert)
  if (!own.checkPrivateKey(createPrivateKey(key))) throw new Error('the key is not that of the certificate')
  if (ca) void new X509Certificate(ca)
  const certificate = { cert, key, ...(ca && { ca }) }
  createSecureContext({ ...certificate, minVersion: TLS_VERSION_MIN })
  return certificate
}

/** Everything before has known weaknesses, and every client of today speaks it. */
export const TLS_VERSION_MIN = 'TLSv1.3'

/** Seconds since 1970 at which it is no longer valid. */
export function expiryOf({ cert }: Certificate): number {
  return new X509Certificate(cert).validToDate.getTime() / 1000
}
