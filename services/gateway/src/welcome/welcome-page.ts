import { createHash } from 'node:crypto'

/** What the page shows of the exchange; nothing in it is secret. */
export interface WelcomeView {
  /** Scheme, name and port that the visitor used: `http://127.0.0.1:8080`. */
  readonly url: string
  readonly markets: readonly { readonly name: string; readonly status: string }[]
  /** An engine leads and is connected. */
  readonly isLed: boolean
}

/** The market of the order to try: `npm start` lists it. */
const EXAMPLE_MARKET = 'BTCUSDT'

const STYLE = `
:root { color-scheme: light dark; --text: light-dark(#1b1f24, #e6e8eb); --dim: light-dark(#57606a, #9aa4af);
  --back: light-dark(#ffffff, #14171a); --panel: light-dark(#f4f6f8, #1e2327); --line: light-dark(#d5dbe1, #343b42);
  --good: light-dark(#116329, #57d28a); --bad: light-dark(#a40e26, #ff8a8a); --link: light-dark(#0550ae, #79b8ff) }
body { margin: 0; background: var(--back); color: var(--text); font: 16px/1.5 system-ui, sans-serif }
main { max-width: 46rem; margin: 0 auto; padding: 2.5rem 1.25rem 4rem }
h1 { font-size: 1.8rem; margin: 0 0 .25rem }
h2 { font-size: 1.1rem; margin: 2rem 0 .5rem }
p { margin: .5rem 0 }
a { color: var(--link) }
table { border-collapse: collapse; width: 100% }
td { border-top: 1px solid var(--line); padding: .4rem .75rem .4rem 0; vertical-align: top }
td:first-child { width: 9rem }
pre { background: var(--panel); border: 1px solid var(--line); border-radius: 6px; padding: .75rem; white-space: pre-wrap;
  overflow-wrap: anywhere; font-size: .85rem }
code, pre { font-family: ui-monospace, monospace }
.dim { color: var(--dim) }
.good { color: var(--good) }
.bad { color: var(--bad) }
`

/** Nothing is loaded, no script runs, and no page may frame this one. The hash allows its one style. */
export const CONTENT_SECURITY_POLICY =
  `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; ` +
  `base-uri 'none'; form-action 'none'; frame-ancestors 'none'`

/** The page that a browser shows for the exchange: HTML without other resources. */
export function welcomePage({ url, markets, isLed }: WelcomeView): string {
  const base = escaped(url)
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Uptick</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>Uptick</h1>
<p>A spot exchange that speaks the Binance Spot API. This address is for programs: give it to your trading client.</p>
<p>${isLed ? '<span class="good">&#9679;</span> An engine leads: the exchange takes orders.' : '<span class="bad">&#9679;</span> No engine is connected: orders wait for a few seconds, then they are refused.'}</p>

<h2>Markets</h2>
${marketTable(markets)}

<h2>Addresses</h2>
<table>
<tr><td>REST</td><td><code>${base}/api/v3</code></td></tr>
<tr><td>streams</td><td><code>${base.replace('http', 'ws')}/ws</code>, <code>/stream</code></td></tr>
<tr><td>WebSocket API</td><td><code>${base.replace('http', 'ws')}/ws-api/v3</code></td></tr>
</table>
<p>To look at, without a key: ${links(markets)}.</p>

<h2>The first order</h2>
${firstOrder(url, markets)}

<p class="dim">README.md goes on from here: clients, rolls, the operator's commands.</p>
</main>
</body>
</html>
`
}

function marketTable(markets: WelcomeView['markets']): string {
  if (markets.length === 0) return '<p>None is listed yet: <code>npm run operator -- add-symbol --help</code>.</p>'
  const rows = markets.map(({ name, status }) => {
    const kind = status === 'TRADING' ? 'good' : 'bad'
    return `<tr><td><code>${escaped(name)}</code></td><td class="${kind}">${escaped(status)}</td></tr>`
  })
  return `<table>${rows.join('\n')}</table>`
}

/** Paths that answer without a key. They are relative to this exchange, so they need no host. */
function links(markets: WelcomeView['markets']): string {
  const [first] = markets
  const paths = ['/api/v3/exchangeInfo', '/api/v3/ticker/24hr']
  if (first !== undefined) paths.push(`/api/v3/depth?symbol=${encodeURIComponent(first.name)}&limit=5`)
  return paths.map((path) => `<a href="${escaped(path)}"><code>${escaped(path)}</code></a>`).join(', ')
}

/** The same lines as on the screen of `npm start` and in README.md. */
function firstOrder(url: string, markets: WelcomeView['markets']): string {
  if (!markets.some(({ name }) => name === EXAMPLE_MARKET))
    return `<p>Sign it as Binance asks, with a key that the operator has given you: <code>npm run operator -- add-key --help</code>.</p>`
  const isSecure = url.startsWith('https:')
  const lines = [
    `order="symbol=${EXAMPLE_MARKET}&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.01&price=50000&timestamp=$(date +%s)000"`,
    `signature=$(printf %s "$order" | openssl dgst -sha256 -hmac "$UPTICK_SECRET" | sed 's/.* //')`,
    `curl -H "X-MBX-APIKEY: $UPTICK_KEY" -X POST "${url}/api/v3/order?$order&signature=$signature"`,
  ]
  const trust = ' The client has to trust its certificate: curl takes it with <code>--cacert data/tls-cert.pem</code>.'
  return `<p>Paste the two <code>export</code> lines of a trader first, which <code>npm start</code> has printed in its terminal.${isSecure ? trust : ''}</p>
<pre>${escaped(lines.join('\n'))}</pre>`
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
}
