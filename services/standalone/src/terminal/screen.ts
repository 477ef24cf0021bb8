import { relative } from 'node:path'
import { certificateFile, type DemoKey } from '@uptick/data-folder'
import { markets } from '@uptick/demo'
import type { Options } from './options.ts'

export interface Style {
  readonly bold: (text: string) => string
  readonly dim: (text: string) => string
}

/** Bold and dim where the terminal shows them. */
export function styleOf(stream: { isTTY?: boolean }): Style {
  const wrap = (code: number) => (text: string) => (stream.isTTY === true ? `\u001B[${code}m${text}\u001B[0m` : text)
  return { bold: wrap(1), dim: wrap(2) }
}

/** What a user needs after the start: addresses, keys to paste, one order to try. */
export function readyScreen(
  options: Pick<Options, 'folder' | 'marketMaker' | 'host' | 'tls'>,
  url: string,
  { keys, remarks }: { readonly keys: readonly DemoKey[]; readonly remarks: readonly string[] },
  style: Style,
): string {
  const { bold, dim } = style
  const shown = keys.filter(({ owner }) => !owner.startsWith('bot-'))
  const socket = url.replace('http', 'ws')
  const lines = [
    '',
    `  ${bold('Uptick')} is open at ${bold(url)}`,
    '',
    `  REST       ${url}/api/v3`,
    `  WebSocket  ${socket}/ws   ${socket}/stream   ${socket}/ws-api/v3`,
    `  markets    ${markets.map(({ base, quote }) => base + quote).join('  ')}${options.marketMaker ? '' : dim('   (--market-maker brings them to life)')}`,
    `  data       ${options.folder}`,
    ...(options.tls ? [`  TLS        ${certificateIn(options.folder)} ${dim('(your client has to trust it)')}`] : []),
    ...(options.host === '127.0.0.1' || options.host === 'localhost' || options.host === '::1'
      ? []
      : [
          '',
          `  ${bold('The exchange can be reached from your network, and the keys below are printed where others may see them.')}`,
        ]),
  ]
  if (remarks.length > 0) lines.push('', ...remarks.map((remark) => `  ${bold('!')} ${remark}`))
  for (const [index, key] of shown.entries()) lines.push('', ...pasteLines(key, index, options.folder, style))
  lines.push('', dim('  # an order, signed and sent as alice'), ...exampleOrder(url, options))
  lines.push(
    '',
    dim('  Ctrl-C drains and stops. "npm run operator -- --help" runs the exchange; README.md goes on from here.'),
    '',
  )
  return lines.join('\n')
}

function pasteLines(key: DemoKey, index: number, folder: string, style: Style): string[] {
  const suffix = index === 0 ? '' : `_${key.owner.toUpperCase()}`
  if (key.secret === '') {
    const file = relative(process.cwd(), `${folder}/${key.privateKeyFile}`)
    return [style.dim(`  # ${key.owner}, Ed25519: private key in ${file}`), `  export UPTICK_ED25519_KEY=${key.apiKey}`]
  }
  return [
    style.dim(`  # ${key.owner}, account ${key.account}, HMAC`),
    `  export UPTICK_KEY${suffix}=${key.apiKey}`,
    `  export UPTICK_SECRET${suffix}=${key.secret}`,
  ]
}

/** Also in README.md. */
function exampleOrder(url: string, { folder, tls }: Pick<Options, 'folder' | 'tls'>): string[] {
  const trust = tls ? `--cacert ${certificateIn(folder)} ` : ''
  return [
    '  order="symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.01&price=50000&timestamp=$(date +%s)000"',
    '  signature=$(printf %s "$order" | openssl dgst -sha256 -hmac "$UPTICK_SECRET" | sed \'s/.* //\')',
    `  curl ${trust}-H "X-MBX-APIKEY: $UPTICK_KEY" -X POST "${url}/api/v3/order?$order&signature=$signature"`,
  ]
}

/** The shortest path to it from the current folder. */
function certificateIn(folder: string): string {
  return relative(process.cwd(), certificateFile(folder))
}
