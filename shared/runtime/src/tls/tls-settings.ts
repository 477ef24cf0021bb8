import { Type } from 'typebox'
import { ConfigError } from '../config.ts'

/** Where the certificate of a process is. */
export const tlsSettings = {
  TLS_CERT_FILE: Type.String({
    default: '',
    description: 'certificate chain as PEM; with it, listeners speak TLS: read again when it changes',
  }),
  TLS_KEY_FILE: Type.String({ default: '', description: 'the key of TLS_CERT_FILE as PEM' }),
  OPS_TLS: Type.Boolean({ default: false, description: 'probes and metrics speak TLS, too' }),
}

export interface TlsConfig {
  readonly TLS_CERT_FILE: string
  readonly TLS_KEY_FILE: string
  readonly OPS_TLS: boolean
}

/** @throws ConfigError when a part is missing */
export function checkTlsSettings({ TLS_CERT_FILE, TLS_KEY_FILE, OPS_TLS }: TlsConfig): void {
  const isThere = [TLS_CERT_FILE, TLS_KEY_FILE].map((path) => path !== '')
  if (isThere[0] !== isThere[1]) {
    throw new ConfigError([`${isThere[0] ? 'TLS_KEY_FILE' : 'TLS_CERT_FILE'} is missing: a certificate needs its key`])
  }
  if (OPS_TLS && !isThere[0]) throw new ConfigError(['TLS_CERT_FILE is missing: OPS_TLS needs a certificate'])
}
