import { readFileSync } from 'node:fs'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { certificateFile } from '@uptick/data-folder'

/** Have every client of this process trust the certificate in the data folder of an exchange. */
export function trustCertificate(folder: string): void {
  const own = readFileSync(certificateFile(folder), 'utf8')
  setDefaultCACertificates([...getCACertificates('default'), own])
}
