/* oxlint-disable typescript/no-non-null-assertion -- the bench has made what it reads. */
import { randomBytes } from 'node:crypto'
import { temporaryFolder } from '@uptick/commandline'
import { dialWebSockets, parseLinkKeys, provenDial } from '@uptick/link'
import { freePort } from '@uptick/postgres'
import { CommandsFrame, FrameType, LinkRole, decodeFrame, encodeHello } from '@uptick/protocol'
import { orderPathFlags } from '@uptick/standalone'
import { SESSION, feed, listed } from './feeder.ts'
import { orderFlow } from './order-flow.ts'
import { against } from './row.ts'
import { scratchJournal } from './scratch-journal.ts'
import { cleanly, progress, quick, report } from './section.ts'
import { Service } from './service.ts'

const LINK_SECRET = randomBytes(32).toString('hex')
const keys = parseLinkKeys(LINK_SECRET)
const GOAL_RATE = 100_000
const COMMANDS = quick ? 400_000 : 2_000_000
/** Commands in one frame: as many as a busy gateway collects in one turn of its event loop. */
const FRAME_COMMANDS = 256

interface Frames {
  readonly frames: Buffer[]
  readonly counts: number[]
  /** How many commands come before the order flow: listing, accounts, deposits. */
  readonly preparation: number
  readonly total: number
  readonly hash: bigint
}

/** The order flow as a gateway would send it. The commands are executed here too, which gives the order ids. */
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

/**
 * Sends the unanswered commands, as far as the window allows, until the outcome of sequence `until` arrives. Resolves
 * with the seconds since the first frame.
 */
function drive(url: string, role: LinkRole, { frames, counts }: Frames, from: number, until: number): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  let window = 0
  let sent = 0
  let next = 0
  while (sent < from) sent += counts[next++]!
  let answered = from
  let began = 0
  const push = () => {
    while (next < frames.length && sent < until && sent + counts[next]! - answered <= window) {
      sent += counts[next]!
      socket.send(frames[next++]!)
    }
  }
  const socket = provenDial(dialWebSockets(), { role, keys: () => keys })(url, {
    opened: () => socket.send(encodeHello({ instance: 'bench', session: SESSION, feedFrom: from + 1 })),
    received: (data) => {
      const message = decodeFrame(data)
      if (message.type === FrameType.WELCOME) {
        window = message.windowMax
        began = performance.now()
      }
      if (message.type === FrameType.OUTCOMES) answered = message.last
      if (answered >= until) resolve((performance.now() - began) / 1000)
      else push()
    },
    closed: (reason) => reject(new Error(`the engine closed the link: ${reason}`)),
  })
  return promise.finally(() => socket.close())
}

async function startEngine(databaseUrl: string, evidence: string): Promise<{ url: string; engine: Service }> {
  const port = await freePort()
  const environment = { DATABASE_URL: databaseUrl, LINK_PORT: String(port), LINK_SECRET, EVIDENCE_FOLDER: evidence }
  return {
    url: `ws://127.0.0.1:${port}/link`,
    engine: await Service.start('engine', environment, orderPathFlags),
  }
}

await cleanly(measureAll)

async function measureAll(): Promise<void> {
  progress('preparing the commands')
  const prepared = commandFrames()
  const scratch = await scratchJournal()
  const evidence = temporaryFolder('uptick-bench-')
  try {
    const { url, engine } = await startEngine(scratch.url, evidence.path)
    progress(`${COMMANDS} commands through the link`)
    await drive(url, LinkRole.OPERATOR, prepared, 0, prepared.preparation)
    const seconds = await drive(url, LinkRole.GATEWAY, prepared, prepared.preparation, prepared.total)
    await engine.stop()
    report([
      against(
        `${COMMANDS.toLocaleString('en')} commands journaled through the link`,
        COMMANDS / seconds,
        'commands/s',
        { name: `${GOAL_RATE.toLocaleString('en')} commands/s`, value: GOAL_RATE },
        1,
      ),
    ])
  } finally {
    await scratch.stop()
    await evidence.remove()
  }
}
