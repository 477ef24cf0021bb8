import { decodeFrame, FrameType, LinkRole } from '@uptick/protocol'
import { expect, test } from 'vitest'
import type { Dial, SocketEvents } from './dial.ts'
import { Doorkeeper } from './handshake.ts'
import { parseLinkKeys, type LinkKeys } from './link-keys.ts'
import { provenDial } from './proven-dial.ts'

const known = parseLinkKeys('known-to-both-ends-of-these-connections')
const keys: LinkKeys = () => known

/** The engine's end: what it received, and what it sends to the end that dialled. */
class Engine {
  readonly heard: Buffer[] = []
  events: SocketEvents | undefined
  isClosed = false
  readonly dial: Dial = (_url, events) => {
    this.events = events
    this.isClosed = false
    return {
      send: (frame) => void this.heard.push(Buffer.from(frame)),
      close: () => this.hangUp('closed'),
    }
  }

  /** Types of the frames, in order. */
  get types(): number[] {
    return this.heard.map((frame) => decodeFrame(frame).type)
  }

  hangUp(reason: string): void {
    if (this.isClosed) return
    this.isClosed = true
    this.events?.closed(reason)
  }

  challenge(doorkeeper = new Doorkeeper(keys)): void {
    const introduce = decodeFrame(this.heard.at(-1)!)
    if (introduce.type !== FrameType.INTRODUCE) throw new Error('no INTRODUCE')
    this.events?.received(doorkeeper.challenge(introduce)!)
  }
}

function dialled(dial: Dial): { story: string[]; socket: ReturnType<Dial> } {
  const story: string[] = []
  const socket = dial('ws://engine', {
    opened: () => story.push('opened'),
    received: (frame) => story.push(`received ${frame.byteLength}`),
    closed: (reason) => story.push(`closed: ${reason}`),
  })
  return { story, socket }
}

test('a connection is open when both ends have proved the secret, and carries everything from then on', () => {
  const engine = new Engine()
  const { story, socket } = dialled(provenDial(engine.dial, { role: LinkRole.GATEWAY, keys }))
  expect(engine.heard).toEqual([])
  engine.events?.opened()
  expect(engine.types).toEqual([FrameType.INTRODUCE])
  expect(story).toEqual([])
  engine.challenge()
  expect(engine.types).toEqual([FrameType.INTRODUCE, FrameType.PROOF])
  expect(story).toEqual(['opened'])
  engine.events?.received(new Uint8Array(24))
  socket.send(new Uint8Array(16))
  engine.hangUp('gone')
  expect(story).toEqual(['opened', 'received 24', 'closed: gone'])
  expect(engine.heard.at(-1)).toHaveLength(16)
})

test('a message of an unproven engine is not passed on, and ends the connection with its reason', () => {
  const engine = new Engine()
  const { story } = dialled(provenDial(engine.dial, { role: LinkRole.GATEWAY, keys }))
  engine.events?.opened()
  engine.events?.received(Buffer.from('welcome, and here is your feed'))
  engine.events?.received(new Uint8Array(24))
  expect(story).toEqual(['closed: the engine does not prove who it is'])
  expect(engine.types).toEqual([FrameType.INTRODUCE])
})

test('an engine of a release without handshake is accepted without one, when that is allowed', () => {
  const engine = new Engine()
  const dial = provenDial(engine.dial, { role: LinkRole.GATEWAY, keys, isOptional: true })
  const first = dialled(dial)
  engine.events?.opened()
  engine.hangUp('1007 type 6')
  expect(first.story).toEqual(['closed: 1007 type 6'])
  const second = dialled(dial)
  engine.events?.opened()
  expect(second.story).toEqual(['opened'])
  expect(engine.types).toEqual([FrameType.INTRODUCE])
  // It may be of a newer release by now.
  engine.hangUp('restarted')
  const third = dialled(dial)
  engine.events?.opened()
  engine.challenge()
  expect(third.story).toEqual(['opened'])
  expect(engine.types).toEqual([FrameType.INTRODUCE, FrameType.INTRODUCE, FrameType.PROOF])
})

test('it is never accepted without one when that is not allowed, however often it hangs up', () => {
  const engine = new Engine()
  const dial = provenDial(engine.dial, { role: LinkRole.GATEWAY, keys })
  for (let i = 0; i < 5; i++) {
    const { story } = dialled(dial)
    engine.events?.opened()
    engine.hangUp('1007 type 6')
    expect(story).toEqual(['closed: 1007 type 6'])
  }
  expect(new Set(engine.types)).toEqual(new Set([FrameType.INTRODUCE]))
})

test('an engine that has answered a handshake once is not accepted without one later', () => {
  const engine = new Engine()
  const dial = provenDial(engine.dial, { role: LinkRole.GATEWAY, keys, isOptional: true })
  dialled(dial)
  engine.events?.opened()
  engine.challenge()
  engine.hangUp('restarted')
  const { story } = dialled(dial)
  engine.events?.opened()
  expect(story).toEqual([])
})
