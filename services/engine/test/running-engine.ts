import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SUPPORTED_BEHAVIOURS } from '@uptick/core'
import { createLogger, createMetrics, Lifecycle, Shutdown, type Registry } from '@uptick/runtime'
import type { EngineConfig } from '../src/config.ts'
import type { Role } from '../src/engine-seams.ts'
import type { Engine } from '../src/engine.ts'
import { runEngine, type Replacements } from '../src/run-engine.ts'
import { LINK_SECRET } from './credentials.ts'

/** The last sequence of the activations that a new shard begins with. */
export const OPENING = SUPPORTED_BEHAVIOURS.length

/** An engine with real sockets and a real journal, in this process. */
export interface RunningEngine {
  readonly engine: Engine
  readonly url: string
  readonly lifecycle: Lifecycle
  readonly metrics: Registry
  readonly failures: string[]
  readonly evidenceFolder: string
  /** As on SIGTERM. */
  stop(): Promise<void>
}

/** Resolves when the engine has that role. */
export function untilRole({ engine }: RunningEngine, role: Role): Promise<void> {
  if (engine.role === role) return Promise.resolve()
  return new Promise((resolve) => engine.onRole((now) => now === role && resolve()))
}

/** Resolves when the engine leads, or is ready to: the leader knows of it. */
export function untilReady({ lifecycle }: RunningEngine): Promise<void> {
  if (lifecycle.condition('caught-up')?.met) return Promise.resolve()
  return new Promise((resolve) => lifecycle.onChange(({ name, met }) => name === 'caught-up' && met && resolve()))
}

/** Start one on the database at `url`; resolves when it leads, or follows one that does (or has given up). */
export async function startEngine(
  url: string,
  replacements: Replacements = {},
  settings: Partial<EngineConfig> = {},
): Promise<RunningEngine> {
  const log = createLogger({ name: 'engine-test', level: process.env['TEST_LOG_LEVEL'] ?? 'silent' })
  const lifecycle = new Lifecycle()
  const metrics = createMetrics({ service: 'engine', defaults: false })
  const shutdown = new Shutdown(log)
  const failures: string[] = []
  const evidenceFolder = mkdtempSync(join(tmpdir(), 'uptick-evidence-'))
  const config: EngineConfig = { ...defaults(url, evidenceFolder), ...settings }
  const running = await runEngine(
    {
      name: 'engine',
      config,
      log,
      metrics,
      lifecycle,
      onShutdown: (name, boundMs, run) => shutdown.add(name, boundMs, run),
      fail: (reason) => failures.push(reason),
    },
    replacements,
  )
  if (!running) throw new Error('stopped before it ran')
  const { engine, linkPort } = running
  const stop = async (): Promise<void> => {
    await shutdown.run()
    rmSync(evidenceFolder, { recursive: true, force: true })
  }
  return {
    engine,
    url: `${config.LINK_TLS_CERT_FILE === '' ? 'ws' : 'wss'}://127.0.0.1:${linkPort}/link`,
    lifecycle,
    metrics,
    failures,
    evidenceFolder,
    stop,
  }
}

function defaults(url: string, evidenceFolder: string): EngineConfig {
  return {
    OPS_HOST: '127.0.0.1',
    OPS_PORT: 0,
    RELEASE: 'test',
    LOG_LEVEL: 'silent',
    TLS_CERT_FILE: '',
    TLS_KEY_FILE: '',
    OPS_TLS: false,
    DATABASE_URL: url,
    CONNECTIONS_PLANNED: 0,
    SHARD: 0,
    LINK_HOST: '127.0.0.1',
    LINK_PORT: 0,
    LINK_SECRET,
    LINK_SECRET_FILE: '',
    LINK_AUTHENTICATION: 'required',
    LINK_TLS_CERT_FILE: '',
    LINK_TLS_KEY_FILE: '',
    LINK_TLS_CA_FILE: '',
    LINK_TLS_NAME: 'engine',
    ACK_POLICY: 'journal',
    APPENDS_IN_FLIGHT_MAX: 2,
    RETAINED_BYTES_MAX: 64 << 20,
    EVIDENCE_FOLDER: evidenceFolder,
    LINK_URL: '',
    INSTANCE: 'test',
    LEASE_MS: 1500,
    HOLD_MS: 4000,
    GRACE_MS: 30_000,
    SNAPSHOT_COMMANDS: 1_000_000,
    SNAPSHOT_SECONDS: 3_600,
    SNAPSHOTS_KEPT: 3,
  }
}
