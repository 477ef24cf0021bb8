import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'

/** Have every client of this process trust the certificate in the data folder of an exchange. */
export function trustCertificate(folder: string): void {
  const own = readFileSync(join(folder, 'tls-cert.pem'), 'utf8')
  setDefaultCACertificates([...getCACertificates('default'), own])
}
