import { declaredBy, LABELS, PROCESS_LABELS, SERVICES } from '@uptick/dashboards'
import { freePort } from '@uptick/postgres'
import { Samples } from '@uptick/runtime/samples'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startExchange, type RunningExchange } from '../testing/exchange.ts'
import { trustCertificate } from '../testing/trust-certificate.ts'

/** What prom-client adds. */
const ADDED = /^(?:process|nodejs)_/
/** `npm start --tls` gives a certificate to gateways only; in a cluster an ops port may have one. */
const GATEWAYS_ONLY = 'tls_certificate_expiry_timestamp_seconds'
const SUFFIX = /_(?:bucket|sum|count)$/

let exchange: RunningExchange
/** What the processes of each service answer. */
const texts = new Map<string, string[]>()

// With everything on that brings metrics of its own. Neither Redis nor Unleash answers: an exchange runs without them.
beforeAll(async () => {
  const away = await freePort()
  exchange = await startExchange({
    tls: true,
    environment: {
      REDIS_URL: `redis://127.0.0.1:${away}`,
      FLAGS_URL: `http://127.0.0.1:${away}/api/`,
      FLAGS_TOKEN: 'a-token',
      PROXY_PROTOCOL: '192.0.2.0/24',
    },
  })
  trustCertificate(exchange.folder)
  for (const [name, url] of Object.entries(exchange.running().ops)) {
    const service = name.replace(/-\d+$/, '')
    const text = await (await fetch(`${url}/metrics`)).text()
    texts.set(service, [...(texts.get(service) ?? []), text])
  }
}, 120_000)
afterAll(() => exchange.stop(), 60_000)

test.each(Object.keys(SERVICES))('a running %s has the metrics that it declares, and no others', (service) => {
  const declared = declaredBy(service)
    .filter(({ name }) => service === 'gateway' || name !== GATEWAYS_ONLY)
    .map(({ name, type, help }) => ({ name, type, help }))
  const registered = new Map(
    (texts.get(service) ?? []).flatMap((text) =>
      [...text.matchAll(/^# HELP (\S+) (.*)\n# TYPE \1 (\w+)$/gm)].map(([, name = '', help = '', type = '']) => [
        name,
        { name, type, help },
      ]),
    ),
  )
  const own = [...registered.values()].filter(({ name }) => !ADDED.test(name))
  const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1)
  expect(own.toSorted(byName)).toEqual(declared.toSorted(byName))
})

test.each(Object.keys(SERVICES))('the labels of a running %s are declared and bounded', (service) => {
  const samples = (texts.get(service) ?? []).flatMap((text) => Samples.parse(text).every())
  const metrics = new Map(declaredBy(service).map((metric) => [metric.name, metric]))
  // By metric and label.
  const values = new Map<string, Set<string>>()
  for (const { name, labels } of samples) {
    const metric = metrics.get(name) ?? metrics.get(name.replace(SUFFIX, ''))
    if (metric === undefined) continue
    const known: readonly string[] = [
      ...metric.labels,
      ...PROCESS_LABELS,
      ...(metric.type === 'histogram' ? ['le'] : []),
    ]
    expect(
      Object.keys(labels).filter((label) => !known.includes(label)),
      name,
    ).toEqual([])
    for (const label of metric.labels) {
      const seen = values.get(`${metric.name} ${label}`) ?? new Set()
      values.set(`${metric.name} ${label}`, seen.add(labels[label] ?? ''))
    }
  }
  expect(samples.length).toBeGreaterThan(100)
  for (const [of, seen] of values)
    expect(seen.size, of).toBeLessThanOrEqual(LABELS[of.replace(/.* /, '')]?.valuesMax ?? 0)
})
