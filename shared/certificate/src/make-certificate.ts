// oxlint-disable-next-line import/no-unassigned-import -- a polyfill that the library wants to find before itself
import 'reflect-metadata'
import { isIP } from 'node:net'
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
  type X509Certificate,
} from '@peculiar/x509'

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const
const DAY_MS = 86_400_000
/** Clocks differ: it is valid a little earlier than it is made. */
const SLACK_MS = 3_600_000

/** Certificate and key as PEM, and what signs with them. */
export interface MadeCertificate {
  readonly cert: string
  readonly key: string
  readonly issuer: Issuer
}

/** Signs other certificates. */
export interface Issuer {
  readonly certificate: X509Certificate
  readonly privateKey: CryptoKey
}

/**
 * A certificate for these host names and addresses that is its own authority: for a machine of one's own, and for tests.
 * P-256, for servers and clients alike.
 */
export function makeSelfSigned(names: readonly string[], days: number): Promise<MadeCertificate> {
  return make(names, days, undefined)
}

/** A certificate for these host names and addresses, signed by another one. */
export function makeCertificate(names: readonly string[], days: number, issuer: Issuer): Promise<MadeCertificate> {
  return make(names, days, issuer)
}

async function make(names: readonly string[], days: number, issuer: Issuer | undefined): Promise<MadeCertificate> {
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
  const now = Date.now()
  const subject = `CN=${names[0]}`
  const certificate = await X509CertificateGenerator.create({
    subject,
    issuer: issuer?.certificate.subject ?? subject,
    notBefore: new Date(now - SLACK_MS),
    notAfter: new Date(now + days * DAY_MS),
    publicKey: keys.publicKey,
    signingKey: issuer?.privateKey ?? keys.privateKey,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new BasicConstraintsExtension(issuer === undefined, undefined, true),
      new KeyUsagesExtension(
        KeyUsageFlags.digitalSignature | (issuer === undefined ? KeyUsageFlags.keyCertSign : 0),
        true,
      ),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth]),
      // By these a client tells one authority from another one of the same name.
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
      await AuthorityKeyIdentifierExtension.create(issuer?.certificate.publicKey ?? keys.publicKey),
      new SubjectAlternativeNameExtension(
        names.map((name) => ({ type: isIP(name) === 0 ? ('dns' as const) : ('ip' as const), value: name })),
      ),
    ],
  })
  const pkcs8 = await crypto.subtle.exportKey('pkcs8', keys.privateKey)
  return {
    cert: `${certificate.toString('pem')}\n`,
    key: `${PemConverter.encode(pkcs8, PemConverter.PrivateKeyTag)}\n`,
    issuer: { certificate, privateKey: keys.privateKey },
  }
}
