import { once, EventEmitter } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '@uptick/postgres'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Service } from '../src/processes/service.ts'

const LIVENESS = { periodMs: 400, failuresMax: 5 }

let folder = ''
let service: Service
let events: EventEmitter
let restarts: string[]
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'uptick-frozen-'))
  events = new EventEmitter()
  restarts = []
  service = new Service({
    name: 'answering',
    folder,
    entry: 'standalone/test/answering.ts',
    logFile: join(folder, 'answering.log'),
    logs: { open: () => undefined },
    verbose: false,
    liveness: LIVENESS,
    ...(await withPort()),
    onRestart: (_, how) => {
      restarts.push(how)
      events.emit('restart')
    },
    onStarted: () => undefined,
    onMessage: (message) => {
      if (JSON.stringify(message).includes('/livez')) events.emit('asked')
    },
  })
  await service.start()
})
afterEach(async () => {
  await service.stop()
  rmSync(folder, { recursive: true, force: true })
})

async function withPort(): Promise<{ opsPort: number; environment: Record<string, string> }> {
  const opsPort = await freePort()
  return { opsPort, environment: { OPS_PORT: String(opsPort) } }
}

test('a service that is suspended for good is killed and started again', async () => {
  const frozen = service.process!
  await once(events, 'asked')
  process.kill(frozen, 'SIGSTOP')
  await once(events, 'restart')
  expect(restarts).toEqual(['killed: it answered nothing any more'])
  await once(events, 'asked')
  expect(service.process).not.toBe(frozen)
})

test('a supervisor that was suspended itself kills no service', async () => {
  const before = service.process
  await once(events, 'asked')
  // As by SIGSTOP: nothing runs here for longer than a service is granted.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2 * LIVENESS.periodMs * LIVENESS.failuresMax)
  for (let asked = 0; asked < LIVENESS.failuresMax; asked++) await once(events, 'asked')
  expect(restarts).toEqual([])
  expect(service.process).toBe(before)
})
