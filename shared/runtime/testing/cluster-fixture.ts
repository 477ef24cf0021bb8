// Two workers on one listening socket, replaced one after the other while clients are at work; prints what these saw.
import { strict as assert } from 'node:assert'
import cluster, { type Worker } from 'node:cluster'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { HttpDrain, type HttpDrainReport } from '../src/index.ts'
import { Clients } from './clients.ts'

const ROLLS = 4
const HANDLER_MS = 20

if (cluster.isPrimary) await roll()
else work()

async function startWorker(): Promise<{ worker: Worker; port: number }> {
  const worker = cluster.fork()
  const [address] = await once(worker, 'listening')
  return { worker, port: address.port }
}

async function roll(): Promise<void> {
  const { worker: first, port } = await startWorker()
  const workers = [first, (await startWorker()).worker]
  const clients = new Clients({ port, steady: 6, breathMs: 5, slow: 4, thinkMs: [100, 300] })
  const reports: HttpDrainReport[] = []
  for (let count = 0; count < ROLLS; count++) {
    workers.push((await startWorker()).worker)
    const old = workers.shift()
    assert(old, 'there is one to replace')
    const report = once(old, 'message')
    const exit = once(old, 'exit')
    old.send('drain')
    reports.push((await report)[0])
    await exit
  }
  await clients.stop()
  process.stdout.write(`${JSON.stringify({ clients: clients.counts, reports })}\n`)
  for (const worker of workers) worker.kill()
}

function work(): void {
  const server = createServer((request, response) => {
    request.resume()
    setTimeout(() => response.end('done'), HANDLER_MS)
  })
  const drain = new HttpDrain(server, { floorMs: 0, quietMs: 0, boundMs: 15_000, sharedListener: true })
  process.on('message', () => {
    void drain.finish().then((report) => process.send?.(report, () => process.exit(0)))
  })
  server.listen(0, '127.0.0.1')
}
