import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { endsWithUs, temporaryFolder } from '@uptick/commandline'
import { targetsOf } from '@uptick/dashboards'
import { Prometheus } from '@uptick/monitoring'
import { freePort } from '@uptick/postgres'

const READY_MS_MAX = 30_000
const POLL_MS = 100
const RULES = fileURLToPath(new URL('../../k8s/components/monitoring/rules/', import.meta.url))

/** A Prometheus of its own that scrapes processes of this machine every second. */
export interface RunningPrometheus {
  readonly api: Prometheus
  stop(): Promise<void>
}

/**
 * Start the program `prometheus` with the recording and alert rules of the repository.
 *
 * @param ops URL of the ops port of each process, by its name, which becomes the instance
 * @throws (rejects with) Error with what it printed when it does not get ready
 */
export async function startPrometheus(ops: Readonly<Record<string, string>>): Promise<RunningPrometheus> {
  const { path: folder, remove } = temporaryFolder('uptick-prometheus-')
  const port = await freePort()
  mkdirSync(`${folder}/data`)
  const config = {
    global: { scrape_interval: '1s', evaluation_interval: '1s' },
    rule_files: [`${RULES}*.rules.yaml`],
    scrape_configs: [
      { job_name: 'uptick', static_configs: targetsOf(ops), tls_config: { insecure_skip_verify: true } },
    ],
  }
  // JSON is YAML.
  writeFileSync(`${folder}/prometheus.yml`, JSON.stringify(config))
  const flags = [`--config.file=${folder}/prometheus.yml`, `--storage.tsdb.path=${folder}/data`]
  const child = spawn('prometheus', [...flags, `--web.listen-address=127.0.0.1:${port}`], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  endsWithUs(child)
  let printed = ''
  child.stderr.on('data', (data: Buffer) => (printed += data.toString()))
  const ended = once(child, 'close').catch(() => undefined)
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM')
    await ended
    await remove()
  }
  const url = `http://127.0.0.1:${port}`
  const began = performance.now()
  while (
    !(await fetch(`${url}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    ))
  ) {
    if (child.exitCode !== null || performance.now() - began > READY_MS_MAX) {
      await stop()
      throw new Error(`prometheus does not get ready:\n${printed}`)
    }
    await delay(POLL_MS)
  }
  return { api: new Prometheus(url), stop }
}
