import { Command, CommandKind } from '@uptick/core'
import { decodeCommand, decodeFrame, FrameType } from '@uptick/protocol'
import { expect, test } from 'vitest'
import { watch } from '../../testing/linked-engine.ts'
import { VirtualTime } from '@uptick/runtime/testing'
import { CommandPipe } from './command-pipe.ts'
import { EngineClock } from './engine-clock.ts'
import type { OutcomeView } from './outcome-view.ts'

const HOLD_MS = 4_000
const NEVER = Number.POSITIVE_INFINITY
const outcome = {} as OutcomeView

function piping(queueMax = 80) {
  const engineClock = new EngineClock()
  const [time, answers, held] = [new VirtualTime(), [] as string[], [] as number[]]
  const observer = { held: (ms: number) => void held.push(ms), gaveUp: (answer: string) => void answers.push(answer) }
  const pipe = new CommandPipe(1, { clock: time, queueMax, holdMs: HOLD_MS, busy: new Set(), engineClock, observer })
  const submit = (kind: CommandKind = CommandKind.ADD_ACCOUNT, account = 0, sendBefore = NEVER): { state: string } =>
    watch(pipe.submit((command) => (command.kind = kind), sendBefore, account))
  return { time, pipe, submit, answers, held }
}

/** `session number kind confirmed` of each command. */
function sent(frames: readonly Uint8Array[]): string[] {
  const command = new Command()
  return frames.flatMap((data) => {
    const frame = decodeFrame(data)
    if (frame.type !== FrameType.COMMANDS) throw new Error('not a frame of commands')
    const found: string[] = []
    for (let at = frame.start; at < frame.end;) {
      at = decodeCommand(frame.words, at, command)
      found.push(`${command.session} ${command.number} ${command.kind} ${command.confirmed}`)
    }
    return found
  })
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
const { ADD_ACCOUNT, TICK, DEPOSIT } = CommandKind

test('when the engine does not know the session, commands sent once are sent first in the new session', async () => {
  const { pipe, submit } = piping()
  const [once, later] = [submit(), submit(DEPOSIT)]
  expect(sent(pipe.send(1))).toEqual([`1 1 ${ADD_ACCOUNT} 0`])
  pipe.renew(2)
  expect(sent(pipe.send(10))).toEqual([`2 1 ${ADD_ACCOUNT} 0`, `2 2 ${DEPOSIT} 0`])
  pipe.answer(1, outcome)
  pipe.answer(2, outcome)
  await settled()
  expect([once.state, later.state]).toEqual(['done', 'done'])
})

test('a command that was sent twice may have been executed: its outcome is unknown, and it is not resent', async () => {
  const { pipe, submit } = piping()
  const twice = submit()
  pipe.send(10)
  expect(sent(pipe.resend())).toEqual([`1 1 ${ADD_ACCOUNT} 0`])
  pipe.renew(2)
  await settled()
  expect([twice.state, sent(pipe.send(10)), pipe.idle]).toEqual(['-1007/504', [], true])
})

test('a command that was refused with its session counts as sent once in the new session', async () => {
  const { pipe, submit } = piping()
  const command = submit()
  pipe.send(10)
  pipe.renew(2)
  pipe.send(10)
  pipe.renew(3)
  expect(sent(pipe.send(10))).toEqual([`3 1 ${ADD_ACCOUNT} 0`])
  await settled()
  expect(command.state).toBe('pending')
})

test('past the hold a sent command is unknown and is resent as TICK; a queued one is refused', async () => {
  const { time, pipe, submit, answers } = piping()
  const [first, second] = [submit(), submit(DEPOSIT)]
  pipe.send(1)
  time.advanceNow(HOLD_MS - 1)
  pipe.expire()
  await settled()
  expect([first.state, second.state]).toEqual(['pending', 'pending'])
  time.advanceNow(1)
  pipe.expire()
  await settled()
  expect([first.state, second.state, answers]).toEqual(['-1007/504', '-1008/503', ['busy', 'unknown']])
  expect([sent(pipe.resend()), pipe.queued]).toEqual([[`1 1 ${TICK} 0`], 0])
  pipe.answer(1, outcome)
  expect(pipe.idle).toBe(true)
})

test('replies in order are confirmed; a reply that comes twice, or for no command, changes nothing', () => {
  const { pipe, submit } = piping()
  for (let count = 0; count < 3; count++) submit()
  pipe.send(10)
  pipe.answer(2, outcome)
  expect([pipe.confirmed, pipe.unanswered]).toEqual([0, 3])
  for (const number of [1, 1, 0, 9]) pipe.answer(number, outcome)
  expect([pipe.confirmed, pipe.unanswered]).toEqual([2, 1])
  submit()
  expect(sent(pipe.send(10))).toEqual([`1 4 ${ADD_ACCOUNT} 2`])
  expect(sent(pipe.resend())).toEqual([`1 3 ${ADD_ACCOUNT} 2`, `1 4 ${ADD_ACCOUNT} 2`])
})

test('a command may be sent up to the last moment of its time window, and not after it', async () => {
  const { time, pipe, submit } = piping()
  const [late, good] = [submit(ADD_ACCOUNT, 0, time.now() - 1), submit(DEPOSIT, 0, time.now())]
  expect(sent(pipe.send(10))).toEqual([`1 1 ${DEPOSIT} 0`])
  await settled()
  expect([late.state, good.state]).toEqual(['-1021/400', 'pending'])
})

test('one account may fill an eighth of the queue, and again after it was answered', async () => {
  const { pipe, submit } = piping(80)
  const mine = Array.from({ length: 11 }, () => submit(ADD_ACCOUNT, 7))
  const other = submit(ADD_ACCOUNT, 8)
  await settled()
  expect(mine.map(({ state }) => state)).toEqual([...Array.from({ length: 10 }, () => 'pending'), '-1008/503'])
  expect(other.state).toBe('pending')
  pipe.send(100)
  pipe.answer(1, outcome)
  await settled()
  const again = submit(ADD_ACCOUNT, 7)
  await settled()
  expect(again.state).toBe('pending')
})

test('the queue takes `queueMax` commands', async () => {
  const { submit } = piping(2)
  const states = [submit(), submit(), submit()]
  await settled()
  expect(states.map(({ state }) => state)).toEqual(['pending', 'pending', '-1008/503'])
})

test('only commands that met a time without a leader count as held', async () => {
  const { time, pipe, submit, held } = piping()
  submit()
  pipe.noteHeld()
  submit()
  time.advanceNow(30)
  pipe.send(10)
  pipe.answer(1, outcome)
  pipe.answer(2, outcome)
  await settled()
  expect(held).toEqual([30])
})

test('when the pipe closes, sent commands are unknown and queued ones are refused', async () => {
  const { pipe, submit } = piping()
  const [first, second] = [submit(), submit()]
  pipe.send(1)
  pipe.close()
  await settled()
  expect([first.state, second.state]).toEqual(['-1007/504', '-1008/503'])
})
