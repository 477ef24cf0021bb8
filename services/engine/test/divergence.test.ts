import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CommandKind, Exchange } from '@uptick/core'
import { createDatabase } from '@uptick/journal/testing'
import { BatchReader } from '@uptick/protocol'
import { afterAll, afterEach, expect, test } from 'vitest'
import { EngineProcess } from './engine-process.ts'
import { OPENING } from './running-engine.ts'
import { TestGateway } from './test-gateway.ts'

const database = await createDatabase()
const evidence = mkdtempSync(join(tmpdir(), 'uptick-evidence-'))
const engines: EngineProcess[] = []

afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.kill()
})
afterAll(async () => {
  rmSync(evidence, { recursive: true })
  await database.drop()
})

async function launch(main?: string, environment: NodeJS.ProcessEnv = {}): Promise<EngineProcess> {
  const engine = await EngineProcess.launch(database.url, environment, main)
  engines.push(engine)
  return engine
}

/** Accounts `first` … `last`, one after another: a batch each. */
async function addAccounts(gateway: TestGateway, first: number, last: number): Promise<void> {
  for (let number = first; number <= last; number++) {
    gateway.send([{ kind: CommandKind.ADD_ACCOUNT, number, text: `account ${number}` }])
    await gateway.untilReplied(number)
  }
}

test('a standby with one changed rule is caught by its hash, keeps the evidence, and never leads', async () => {
  const leader = await launch()
  const gateway = await TestGateway.connect(leader.url, 5)
  gateway.openSession()
  const changed = await launch('changed-rule-engine.ts', { EVIDENCE_FOLDER: evidence })
  // Equal as long as the rule is not met: it could lead.
  await addAccounts(gateway, 1, 6)
  expect(changed.role).toBe('standby')
  await addAccounts(gateway, 7, 20)
  const found = await changed.until(({ condition, met }) => condition === 'hash-equal' && met === false)
  // The first account is at OPENING + 2.
  const seventh = OPENING + 8
  expect(found.reason).toMatch(
    /^before sequence (\d+) the running hash is [0-9a-f]{16}, the leader of epoch 1 had [0-9a-f]{16}$/,
  )
  expect(found.reason).toContain(`before sequence ${seventh + 1} `)
  const logged = await changed.until(({ msg }) => msg === 'diverged: this member never leads')
  expect(logged).toMatchObject({ sequence: seventh, kept: join(evidence, `diverged-0-${seventh}`) })

  expect((await fetch(`${changed.opsUrl}/readyz`)).status).toBe(503)
  const metrics = await (await fetch(`${changed.opsUrl}/metrics`)).text()
  expect(metrics).toMatch(/^engine_diverged\{.*\} 1$/m)
  expect(metrics).toMatch(/^readiness_condition\{condition="hash-equal".*\} 0$/m)
  // The batch that could not follow, and the state that it met: what a person needs to find the rule.
  const batch = new BatchReader().open(readFileSync(join(evidence, `diverged-0-${seventh}.batch`)))
  expect(batch.firstSequence).toBe(seventh + 1)
  const state = Exchange.restore(readFileSync(join(evidence, `diverged-0-${seventh}-snapshot.batch`)))
  expect([state.sequence, BigInt.asUintN(64, state.runningHash()) === batch.hashBefore]).toEqual([seventh, false])

  // Neither asked nor needed does it lead; a right one does.
  await leader.kill('SIGTERM')
  expect(leader.lines.some(({ msg }) => msg === 'given up: no standby is ready')).toBe(true)
  const right = await launch()
  await right.leads()
  expect(changed.role).toBe('diverged')
  const again = await TestGateway.connect(right.url, 5, OPENING + 22)
  await addAccounts(again, 21, 21)
  await right.kill()
  const another = await launch()
  await another.leads()
  expect(changed.lines.some(({ role }) => role === 'leading' || role === 'taking-over')).toBe(false)
  await again.hangUp()
}, 60_000)
