import { createHmac } from 'node:crypto'
import { rmSync } from 'node:fs'
import { freePort } from '@uptick/postgres'
import { expect, test } from 'vitest'
import { readSettings } from '@uptick/data-folder'
import { startCommand, TestExchange } from './start-exchange.ts'

const QUOTED_MS_MAX = 30_000

test("both sides stay quoted when another trader's bid is above the bot's reference price", async () => {
  const folder = TestExchange.freshFolder()
  const port = await freePort()
  const command = startCommand(['--data', folder, '--port', String(port), '--market-maker'])
  const url = `http://127.0.0.1:${port}`
  /** How many levels each side has beside the price of the bid. */
  const quoted = async (above: number): Promise<{ bids: number; asks: number }> => {
    const response = await fetch(`${url}/api/v3/depth?symbol=BTCUSDT&limit=100`)
    const { bids, asks }: { bids: [string, string][]; asks: [string, string][] } = JSON.parse(await response.text())
    return { bids: bids.length, asks: asks.filter(([price]) => Number(price) > above).length }
  }
  try {
    await command.open
    await expect.poll(() => quoted(0).then(({ asks }) => asks), { timeout: QUOTED_MS_MAX }).toBeGreaterThan(3)
    const { apiKey, secret } = readSettings(folder)!.demoKeys.find(({ owner }) => owner === 'alice')!
    // More than rests below it, so that some of it rests as well.
    const order = { symbol: 'BTCUSDT', side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', quantity: '5', price: '66000' }
    const query = new URLSearchParams({ ...order, timestamp: String(Date.now()) }).toString()
    const signature = createHmac('sha256', secret).update(query).digest('hex')
    const placed = await fetch(`${url}/api/v3/order?${query}&signature=${signature}`, {
      method: 'POST',
      headers: { 'x-mbx-apikey': apiKey },
    })
    expect(await placed.json()).toMatchObject({ status: 'PARTIALLY_FILLED' })
    await expect.poll(() => quoted(66_000).then(({ asks }) => asks), { timeout: QUOTED_MS_MAX }).toBeGreaterThan(3)
    expect((await quoted(66_000)).bids).toBeGreaterThan(1)
  } finally {
    command.process.kill('SIGTERM')
    await command.ended
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 })
  }
}, 150_000)
