import { ConfigError } from '../config.ts'
import type { Lifecycle } from '../lifecycle.ts'
import type { Logger } from '../logging.ts'
import { Gauge, type Registry } from '../metrics.ts'
import { WatchedFiles } from '../watched-files.ts'
import { expiryOf, readCertificate, type Certificate } from './certificate.ts'

const EXPIRY_METRIC = 'tls_certificate_expiry_timestamp_seconds'

export interface CertificateContext {
  readonly log: Logger
  readonly metrics: Registry
  readonly lifecycle: Lifecycle
  readonly onShutdown: (name: string, boundMs: number, run: () => void) => void
}

/** Where a certificate comes from. */
export interface CertificateFiles {
  /** Names the condition, and the label of the metric. */
  readonly name: string
  /** Of certificate and key, and of the certificate authority of the other end where it must have a certificate. */
  readonly paths: readonly string[]
}

/**
 * A certificate that is read again when its files change. Files that cannot be used, or do not belong together, leave the
 * one before in force: the condition says so, and the metric when that one ends.
 */
export class WatchedCertificate {
  readonly #files: WatchedFiles<Certificate>
  readonly #listeners: ((certificate: Certificate) => void)[]

  private constructor(files: WatchedFiles<Certificate>, listeners: ((certificate: Certificate) => void)[]) {
    this.#files = files
    this.#listeners = listeners
  }

  /** @throws (rejects with) ConfigError when the files cannot be used */
  static async open(context: CertificateContext, { name, paths }: CertificateFiles): Promise<WatchedCertificate> {
    const { lifecycle, log, onShutdown } = context
    const listeners: ((certificate: Certificate) => void)[] = []
    const expiry = expiryGauge(context.metrics)
    const files = await WatchedFiles.open({
      paths,
      parse: readCertificate,
      changed: (certificate) => {
        log.info({ name, expires: new Date(expiryOf(certificate) * 1000) }, 'a certificate was read again')
        expiry.set({ certificate: name }, expiryOf(certificate))
        for (const listener of listeners) listener(certificate)
      },
      failed: (error) => {
        lifecycle.note(name, error === undefined, error && `the one before stays in force: ${error.message}`)
        if (error) log.warn({ err: error, paths }, 'a certificate cannot be used; the one before stays in force')
      },
    }).catch((error: Error) => {
      throw new ConfigError([`the certificate in ${paths.join(', ')} cannot be used: ${error.message}`])
    })
    lifecycle.note(name, true)
    expiry.set({ certificate: name }, expiryOf(files.value))
    onShutdown(name, 100, () => files.close())
    return new WatchedCertificate(files, listeners)
  }

  get value(): Certificate {
    return this.#files.value
  }

  /** Hear of every change. */
  onChange(listener: (certificate: Certificate) => void): void {
    this.#listeners.push(listener)
  }
}

/** When certificates end; one gauge for all of a process. */
export function expiryGauge(metrics: Registry): Gauge<'certificate'> {
  const known = metrics.getSingleMetric(EXPIRY_METRIC)
  if (known instanceof Gauge) return known
  return new Gauge({
    name: EXPIRY_METRIC,
    help: 'When the certificate in use is no longer valid, seconds since 1970',
    labelNames: ['certificate'],
    registers: [metrics],
  })
}
