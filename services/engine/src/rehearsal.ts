import { Command, CommandKind, Exchange, SUPPORTED_BEHAVIOURS } from '@uptick/core'
import { CommandsFrame, decodeFrame, encodeHello, encodeQuery, FrameType } from '@uptick/protocol'
import type { Clock, Timers } from '@uptick/runtime'
import { ClosedOrders } from './closed-orders.ts'
import { Leader } from './leader.ts'
import { LinkHandler, type Door } from './link-handler.ts'
import { RetainedBatches } from './retained-batches.ts'
import { RetainedOutcomes } from './retained-outcomes.ts'
import type { DialMember, LinkSocket, MemberSocket } from './seams.ts'
import type { LeaderSeams, TermEvents } from './term.ts'

/** Enough for the virtual machine to compile the code of every frame. */
const ROUNDS = 400
const COMMANDS_A_ROUND = 3
const SESSION = 1
/** Connections made for practice, and the questions on each. */
const CONNECTIONS = 12
const QUESTIONS_EACH = 20
const LINK_MS_MAX = 1_000
/** Memory of the exchange that is led for practice. */
const RETAINED_BYTES = 1 << 20

const deaf: LinkSocket = {
  peer: 'rehearsal',
  send: (_frame, sent) => sent?.(),
  close: () => undefined,
  bufferedBytes: 0,
}

/** The exchange that is led for practice has no clients: the door needs no keys. */
const openDoor: Door = { keys: () => [], isOptional: true }

/** A journal that takes everything, and is never read. */
const written: LeaderSeams['journal'] = {
  append: () => Promise.resolve('appended'),
  resolve: () => Promise.resolve('appended'),
  confirm: () => Promise.reject(new Error('never asked')),
  head: () => Promise.reject(new Error('never asked')),
  read: () => {
    throw new Error('never read')
  },
}

const unseen: LeaderSeams['observer'] = {
  batch: () => undefined,
  committed: () => undefined,
}

const settings = { shard: 0, url: '', ackPolicy: 'journal', behaviours: SUPPORTED_BEHAVIOURS, appendsInFlightMax: 2 }

const term = { epoch: 1, mayAnswer: () => true, leads: () => Promise.resolve(true) }

const unheard: TermEvents = {
  poisoned: ({ error }) => {
    throw error
  },
  fenced: () => undefined,
  rolledBack: () => undefined,
  halted: () => undefined,
  trouble: () => undefined,
  handOffAsked: () => undefined,
}

/**
 * Lead an empty exchange for a moment. A standby executes the commands of other leaders and has never run the rest:
 * sequencing, group commit, the reply gate, links. Run cold, that costs the first traders of its epoch some tens of
 * milliseconds. Touches no state but its own; takes about as long as it saves, a turn of the event loop at a time.
 */
export async function rehearseLeading(clock: Clock, timers: Timers): Promise<void> {
  const state = {
    exchange: new Exchange(),
    retained: new RetainedOutcomes(0, { bytes: RETAINED_BYTES }),
    closedOrders: new ClosedOrders(),
    batches: new RetainedBatches(0, RETAINED_BYTES),
  }
  const seams = {
    clock,
    timers,
    journal: written,
    lease: { reading: undefined },
    others: () => [],
    observer: unseen,
  }
  const leader = new Leader(seams, settings, state, term, unheard)
  const handler = new LinkHandler(deaf, () => leader, timers, openDoor)
  handler.received(encodeHello({ instance: 'rehearsal', session: SESSION, feedFrom: 1 }))
  for (const frame of practice()) {
    // A leader that got no processor for a while takes nothing more from its links: then the practice is over early.
    handler.received(frame)
    await new Promise<void>((resolve) => timers.endOfTurn(resolve))
    handler.received(encodeQuery(1, { kind: 'status' }))
  }
  await leader.drain()
  leader.shut('rehearsed')
  leader.stop()
  handler.closed()
}

/**
 * Accept connections for a moment: connect to this process and ask for its status. Gateways dial only the leader, so
 * accepting them, too, would run cold.
 *
 * @throws SyntaxError when the URL is none
 */
export async function rehearseLinks(url: string, dial: DialMember, timers: Timers): Promise<void> {
  for (let count = 0; count < CONNECTIONS; count++) await askMyself(url, dial, timers)
}

/** Resolves when every question is answered, or the connection is gone, or it takes too long. */
function askMyself(url: string, dial: DialMember, timers: Timers): Promise<void> {
  return new Promise((resolve) => {
    let asked = 0
    let socket: MemberSocket | undefined
    const cancel = timers.after(LINK_MS_MAX, () => socket?.close())
    const closed = (): void => {
      cancel()
      resolve()
    }
    socket = dial(url, {
      opened: () => socket?.send(encodeHello({ instance: 'rehearsal', session: 0, feedFrom: -1 })),
      received: (data) => {
        const { type } = decodeFrame(data)
        const goesOn = type === FrameType.WELCOME || type === FrameType.ANSWER
        if (goesOn && asked < QUESTIONS_EACH) socket?.send(encodeQuery(++asked, { kind: 'status' }))
        else socket?.close()
      },
      closed,
    })
  })
}

/** Frames as gateways send them. Nothing is listed, so every order is refused; executing is what a standby does anyway. */
function* practice(): Generator<Buffer, undefined> {
  const frame = new CommandsFrame()
  const command = new Command()
  let number = 0
  for (let round = 0; round < ROUNDS; round++) {
    frame.begin(SESSION)
    for (let place = 0; place < COMMANDS_A_ROUND; place++) {
      command.reset()
      command.session = SESSION
      if (number === 0) command.kind = CommandKind.OPEN_SESSION
      else {
        command.kind = number % 3 === 0 ? CommandKind.CANCEL : CommandKind.PLACE
        command.number = number
        command.confirmed = number - 1
        command.account = 1
        command.price = command.quantity = command.targetOrder = number
        command.clientId.set(`rehearsal-${number}`)
      }
      number++
      frame.add(command)
    }
    yield frame.finish()
  }
  return undefined
}
