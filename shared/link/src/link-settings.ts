import { ConfigError, messageOf, type ServiceContext, WatchedCertificate, WatchedFiles } from '@uptick/runtime'
import { Type } from 'typebox'
import { parseLinkKeys, SECRET_LENGTH_MIN, type LinkKey, type LinkKeys } from './link-keys.ts'
import type { LinkTls } from './web-socket.ts'

/** The settings of every process that opens or accepts links; spread them into a schema. */
export const linkSettings = {
  LINK_SECRET_FILE: Type.String({
    default: '',
    description: 'file with the secret of the links, or with two while they are replaced: read again when it changes',
  }),
  LINK_SECRET: Type.String({
    default: '',
    secret: true,
    description: `the same as a value, ${SECRET_LENGTH_MIN} characters at least, where there is no file`,
  }),
  LINK_AUTHENTICATION: Type.Enum(['required', 'optional'], {
    default: 'required',
    description: 'optional: links to and from releases that know no secret, while one of them is being replaced',
  }),
  LINK_TLS_CERT_FILE: Type.String({
    default: '',
    description: 'certificate chain as PEM; with it, links are TLS, and both ends show a certificate',
  }),
  LINK_TLS_KEY_FILE: Type.String({ default: '', description: 'the key of LINK_TLS_CERT_FILE as PEM' }),
  LINK_TLS_CA_FILE: Type.String({ default: '', description: 'what has signed the certificates of both ends, as PEM' }),
  LINK_TLS_NAME: Type.String({
    default: 'engine',
    description: 'host name that is in the certificate of every engine',
  }),
}

export interface LinkConfig {
  readonly LINK_SECRET_FILE: string
  readonly LINK_SECRET: string
  readonly LINK_AUTHENTICATION: 'required' | 'optional'
  readonly LINK_TLS_CERT_FILE: string
  readonly LINK_TLS_KEY_FILE: string
  readonly LINK_TLS_CA_FILE: string
  readonly LINK_TLS_NAME: string
}

/** @throws ConfigError when no link could be opened with them */
export function checkLinkSettings(config: LinkConfig): void {
  const { LINK_SECRET_FILE, LINK_SECRET, LINK_AUTHENTICATION } = config
  const missing = TLS_FILES.filter((name) => config[name] === '')
  if (missing.length > 0 && missing.length < TLS_FILES.length) {
    throw new ConfigError(missing.map((name) => `${name} is missing: TLS of the links needs all three files`))
  }
  if (LINK_SECRET_FILE !== '' && LINK_SECRET !== '') {
    throw new ConfigError(['LINK_SECRET_FILE and LINK_SECRET are both set: which of them counts?'])
  }
  if (LINK_SECRET !== '') keysOf(LINK_SECRET, 'LINK_SECRET')
  else if (LINK_SECRET_FILE === '' && LINK_AUTHENTICATION === 'required') {
    throw new ConfigError(['LINK_SECRET_FILE is missing (file with the secret that engines and gateways share)'])
  }
}

const TLS_FILES = ['LINK_TLS_CERT_FILE', 'LINK_TLS_KEY_FILE', 'LINK_TLS_CA_FILE'] as const

/** The certificate for links, if they are TLS. @throws (rejects with) ConfigError when it cannot be used */
export async function openLinkTls(context: ServiceContext<LinkConfig>): Promise<LinkTls | undefined> {
  const { config } = context
  if (config.LINK_TLS_CERT_FILE === '') return undefined
  const paths = TLS_FILES.map((name) => config[name])
  return {
    certificate: await WatchedCertificate.open(context, { name: 'link-certificate', paths }),
    name: config.LINK_TLS_NAME,
  }
}

/**
 * The secrets of the links. A file is read again when it changes. When it cannot be used, the previous secrets stay in
 * force, and the condition `link-secret` is not met.
 *
 * @throws ConfigError when the file exists and cannot be used
 */
export async function openLinkKeys(context: ServiceContext<LinkConfig>): Promise<LinkKeys> {
  const { config, lifecycle, log, onShutdown } = context
  const path = config.LINK_SECRET_FILE
  if (path === '') {
    const keys = config.LINK_SECRET === '' ? [] : keysOf(config.LINK_SECRET, 'LINK_SECRET')
    return () => keys
  }
  const file = await WatchedFiles.open({
    paths: [path],
    parse: ([content]) => parseLinkKeys(content?.toString('utf8') ?? ''),
    changed: (keys) => log.info({ secrets: keys.length }, 'the secret of the links was read again'),
    failed: (error) => {
      lifecycle.note('link-secret', error === undefined, error && `the one before stays in force: ${error.message}`)
      if (error) log.warn({ err: error, path }, 'the secret of the links cannot be read; the one before stays in force')
    },
  }).catch((error: Error) => {
    throw new ConfigError([`LINK_SECRET_FILE cannot be used: ${error.message}`])
  })
  lifecycle.note('link-secret', true)
  onShutdown('link secret', 100, () => file.close())
  return () => file.value
}

function keysOf(text: string, name: string): readonly LinkKey[] {
  try {
    return parseLinkKeys(text)
  } catch (error) {
    throw new ConfigError([`${name} cannot be used: ${messageOf(error)}`])
  }
}
