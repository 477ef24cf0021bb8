import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { asksForPage } from './serve-welcome.ts'
import { CONTENT_SECURITY_POLICY, welcomePage } from './welcome-page.ts'

const markets = [
  { name: 'BTCUSDT', status: 'TRADING' },
  { name: 'ETHBTC', status: 'HALT' },
]
const page = welcomePage({ url: 'http://127.0.0.1:8080', markets, isLed: true })

test('markets, their status, addresses and an order to try are on it', () => {
  for (const text of ['BTCUSDT', 'TRADING', 'ETHBTC', 'HALT', 'http://127.0.0.1:8080/api/v3', 'ws://127.0.0.1:8080/ws'])
    expect(page).toContain(text)
  expect(page).toContain('An engine leads')
  expect(page).toContain('&quot;http://127.0.0.1:8080/api/v3/order?$order&amp;signature=$signature&quot;')
  expect(welcomePage({ url: 'http://a', markets, isLed: false })).toContain('No engine is connected')
})

test('nothing is loaded and no script runs: the policy allows only the style of the page', () => {
  expect(page).not.toMatch(/<(script|img|link|iframe|form|object)|src=|@import|url\(|\son\w+=|style="/)
  const style = /<style>([\s\S]*)<\/style>/.exec(page)?.[1] ?? ''
  const hash = createHash('sha256').update(style).digest('base64')
  expect(CONTENT_SECURITY_POLICY).toBe(
    `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  )
})

test('every link leads to this exchange', () => {
  const targets = [...page.matchAll(/href="([^"]*)"/g)].map(([, target = '']) => target)
  expect(targets.length).toBeGreaterThan(2)
  for (const target of targets) expect(target).toMatch(/^\/api\/v3\//)
})

test('names of listed symbols cannot inject HTML', () => {
  const odd = welcomePage({ url: 'http://a', markets: [{ name: '<b>&"', status: 'TRADING' }], isLed: true })
  expect(odd).not.toContain('<b>')
  expect(odd).toContain('&lt;b&gt;&amp;&quot;')
})

test('an exchange without the market of the example, or without any, offers no order that would be refused', () => {
  expect(welcomePage({ url: 'http://a', markets: [], isLed: true })).not.toContain('price=50000')
  expect(welcomePage({ url: 'https://a', markets, isLed: true })).toContain('--cacert')
})

test.each([
  ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', true],
  ['TEXT/HTML;q=0.9', true],
  ['*/*', false],
  ['application/json, text/plain, */*', false],
  ['application/text/html', false],
  [undefined, false],
])('who accepts %s is shown a page: %s', (accept, isPage) => {
  expect(asksForPage(accept === undefined ? {} : { accept })).toBe(isPage)
})
