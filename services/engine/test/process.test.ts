import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { CommandKind } from '@uptick/core'
import { afterAll, afterEach, expect, test } from 'vitest'
import { createDatabase } from '@uptick/journal/testing'
import { LINK_SECRET } from './credentials.ts'
import { TestGateway } from './test-gateway.ts'

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const database = await createDatabase()
const children: ChildProcess[] = []
const SESSION = 99

afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
})

afterAll(() => database.drop())

interface Process {
  readonly child: ChildProcess
  readonly url: string
  readonly opsUrl: string
  readonly exited: Promise<unknown[]>
}

/** The engine as `npm start` runs it: a process of its own. Resolves when it leads. */
async function launch(): Promise<Process> {
  const child = spawn(process.execPath, [main], {
    env: { ...process.env, DATABASE_URL: database.url, LINK_PORT: '0', LINK_SECRET, OPS_PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.push(child)
  let opsPort = 0
  let linkPort = 0
  const exited = once(child, 'exit')
  const leads = new Promise<void>((resolve, reject) => {
    createInterface({ input: child.stdout! }).on('line', (text) => {
      const line: { msg?: string; opsPort?: number; linkPort?: number } = JSON.parse(text)
      opsPort = line.opsPort ?? opsPort
      linkPort = line.linkPort ?? linkPort
      if (line.msg === 'leading') resolve()
    })
    exited.then(() => reject(new Error('the engine ended before it led')), reject)
  })
  await leads
  return { child, exited, url: `ws://127.0.0.1:${linkPort}/link`, opsUrl: `http://127.0.0.1:${opsPort}` }
}

const accounts = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, i) => ({
    kind: CommandKind.ADD_ACCOUNT,
    number: first + i,
    text: `account ${first + i}`,
  }))

test('killed again and again with batches under way, it keeps what it answered and does nothing twice', async () => {
  const fed: number[] = []
  let next = 1
  let answered = 0
  for (let round = 0; round < 3; round++) {
    const engine = await launch()
    const gateway = await TestGateway.connect(engine.url, SESSION, fed.length + 1)
    gateway.openSession()
    // What the last engine did not answer is sent again, then more than it will have time for.
    if (next > answered + 1) gateway.send(accounts(answered + 1, next - 1))
    for (let frame = 0; frame < 40; frame++, next += 50) gateway.send(accounts(next, next + 49))
    const target = next - 1 - 1_500
    await gateway.untilReplied(target)
    engine.child.kill('SIGKILL')
    await engine.exited
    await gateway.until(() => gateway.closed !== undefined)
    expect([...gateway.replies.values()].every((reject) => reject === 0)).toBe(true)
    answered = Math.max(...gateway.replies.keys())
    fed.push(...gateway.fed)
  }
  const engine = await launch()
  const gateway = await TestGateway.connect(engine.url, SESSION, fed.length + 1)
  // One more than was ever sent: the others may all have been answered.
  gateway.send(accounts(answered + 1, next))
  await gateway.untilReplied(next)
  fed.push(...gateway.fed)
  expect(fed).toEqual(fed.map((_, i) => i + 1))
  const last = await gateway.ask({ kind: 'account', account: next })
  expect(last.body).toMatchObject({ label: `account ${next}` })
  expect((await gateway.ask({ kind: 'account', account: next + 1 })).body).toBeNull()
  expect((await fetch(`${engine.opsUrl}/readyz`)).status).toBe(200)
  engine.child.kill('SIGTERM')
  expect((await engine.exited)[0]).toBe(0)
  expect(gateway.goodbye?.reason).toEqual({ reason: 'stopping' })
}, 120_000)
