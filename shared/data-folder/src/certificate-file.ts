import { join } from 'node:path'

/** Where a folder keeps the certificate of `npm start -- --tls`, which clients have to trust. */
export function certificateFile(folder: string): string {
  return join(folder, 'tls-cert.pem')
}
