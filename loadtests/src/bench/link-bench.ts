import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '@uptick/postgres'
import { CommandsFrame, FrameType, decodeFrame, encodeHello } from '@uptick/protocol'
import { orderPathFlags } from '@uptick/standalone'
import { WebSocket } from 'ws'
import { SESSION, feed, listed } from './feeder.ts'
import { orderFlow } from './order-flow.ts'
import { against } from './row.ts'
import { scratchJournal } from './scratch-journal.ts'
import { progress, quick, report } from './section.ts'
import { Service } from './service.ts'

const GOAL_RATE = 100_000
const COMMANDS = quick ? 400_000 : 2_000_000
/** Commands in one frame: what a busy gateway collects in one turn of its event loop. */
const FRAME_COMMANDS = 256

interface Frames {
  readonly frames: Buffer[]
  readonly counts: number[]
  /** How many commands come before the order flow: listing, accounts, deposits. */
  readonly preparation: number
  readonly total: number
  readonly hash: bigint
}

/** The order flow as a gateway would send it; the commands are executed here as well, which yields the order ids. */
function commandFrames(): Frames {
  const frame = new CommandsFrame().begin(SESSION)
  const frames: Buffer[] = []
  const counts: number[] = []
  const finish = () => {
    if (frame.count === 0) return
    counts.push(frame.count)
    frames.push(Buffer.from(frame.finish()))
    frame.begin(SESSION)
  }
  const feeder = listed((command) => {
    frame.add(command)
    if (frame.count === FRAME_COMMANDS) finish()
  })
  finish()
  const preparation = feeder.exchange.sequence
  const flow = { ...orderFlow(), length: COMMANDS }
  feed(feeder, flow, new Float64Array(flow.id.length + 1))
  finish()
  return { frames, counts, preparation, total: feeder.exchange.sequence, hash: feeder.exchange.runningHash() }
}

/** Sends frames as far as the window allows, and resolves with the seconds that the order flow took. */
async function drive(url: string, { frames, counts, preparation, total }: Frames): Promise<number> {
  const socket = new WebSocket(url, { perMessageDeflate: false, skipUTF8Validation: true, maxPayload: 2 ** 28 })
  socket.binaryType = 'nodebuffer'
  await once(socket, 'open')
  let window = 0
  let sent = 0
  let next = 0
  let answered = 0
  let began = 0
  const push = () => {
    while (next < frames.length && sent + counts[next]! - answered <= window) {
      sent += counts[next]!
      socket.send(frames[next++]!)
    }
  }
  const seconds = new Promise<number>((resolve, reject) => {
    socket.on('close', (code, reason) => reject(new Error(`the engine closed the link: ${code} ${reason.toString()}`)))
    socket.on('message', (data: Buffer) => {
      const message = decodeFrame(data)
      if (message.type === FrameType.WELCOME) window = message.windowMax
      if (message.type === FrameType.OUTCOMES) answered = message.last
      if (began === 0 && answered >= preparation) began = performance.now()
      if (answered >= total) resolve((performance.now() - began) / 1000)
      else push()
    })
  })
  socket.send(encodeHello({ instance: 'bench', session: SESSION, feedFrom: 1 }))
  const took = await seconds
  socket.terminate()
  return took
}

async function startEngine(databaseUrl: string, evidence: string): Promise<{ url: string; engine: Service }> {
  const port = await freePort()
  const environment = { DATABASE_URL: databaseUrl, LINK_PORT: String(port), EVIDENCE_FOLDER: evidence }
  return {
    url: `ws://127.0.0.1:${port}/link`,
    engine: await Service.start('engine', environment, orderPathFlags),
  }
}

progress('preparing the commands')
const prepared = commandFrames()
const scratch = await scratchJournal()
const evidence = await mkdtemp(join(tmpdir(), 'uptick-bench-'))
try {
  const { url, engine } = await startEngine(scratch.url, evidence)
  progress(`${COMMANDS} commands through the link`)
  const seconds = await drive(url, prepared)
  await engine.stop()
  report([
    against(
      'journaled through the link',
      COMMANDS / seconds,
      'commands/s',
      { name: '100,000 commands/s', value: GOAL_RATE },
      1,
    ),
  ])
} finally {
  await scratch.stop()
  await rm(evidence, { recursive: true, force: true })
}
