import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { basename } from 'node:path'
import { makeSelfSigned } from '@uptick/certificate'
import { Problem } from '@uptick/commandline'
import { certificateFile } from '@uptick/data-folder'
import type { DataFolder } from './data-folder.ts'

/** Paths of a certificate and its key. */
export interface CertificateFiles {
  readonly cert: string
  readonly key: string
}

const KEY_NAME = 'tls-key.pem'
const VALID_DAYS = 365
/** A certificate that ends sooner is replaced at the start. */
const LEFT_DAYS_MIN = 30
const DAY_MS = 86_400_000

/**
 * The certificate in the data folder, for this machine's names and the address that is listened on. It is created when
 * there is none, or when it is no longer valid. A certificate that the user put there is used unchanged while it is
 * valid.
 *
 * @throws Problem when the file holds no certificate, or the key is not the certificate's
 */
export async function folderCertificate(folder: DataFolder, host: string): Promise<CertificateFiles> {
  const files = { cert: certificateFile(folder.path), key: folder.file(KEY_NAME) }
  if (existsSync(files.cert) && existsSync(files.key) && holds(files, host)) return files
  const names = new Set(['localhost', '127.0.0.1', '::1', hostname()])
  if (!isAnywhere(host)) names.add(host)
  const made = await makeSelfSigned([...names], VALID_DAYS)
  folder.write(KEY_NAME, made.key)
  folder.write(basename(files.cert), made.cert)
  return files
}

function holds({ cert, key }: CertificateFiles, host: string): boolean {
  const certificate = readCertificate(cert)
  if (!certificate.checkPrivateKey(readKey(key)))
    throw new Problem(`${key} is not the key of ${cert}: remove both to have them made, or put yours there.`)
  const end = certificate.validToDate.getTime()
  if (end - Date.now() < LEFT_DAYS_MIN * DAY_MS) return false
  return isAnywhere(host) || (certificate.checkIP(host) ?? certificate.checkHost(host)) !== undefined
}

function readCertificate(path: string): X509Certificate {
  try {
    return new X509Certificate(readFileSync(path))
  } catch {
    throw new Problem(`${path} is no certificate: remove it to have one made, or put yours there.`)
  }
}

function readKey(path: string): KeyObject {
  try {
    return createPrivateKey(readFileSync(path))
  } catch {
    throw new Problem(`${path} is no private key: remove it to have one made, or put yours there.`)
  }
}

function isAnywhere(host: string): boolean {
  return host === '0.0.0.0' || host === '::'
}
