import { type Command, CommandKind } from '@uptick/core'
import type { LinkOptions } from '../src/engine-link/link-options.ts'
import { EngineLink } from '../src/engine-link/link.ts'
import { FakeEngine } from './fake-engine.ts'
import { VirtualTime } from '@uptick/runtime/testing'

/** A link that knows two engines, on virtual time; nothing is dialled yet. */
export function setUp(
  options: Partial<LinkOptions> = {},
  engine: FakeEngine = new FakeEngine(),
): { engine: FakeEngine; time: VirtualTime; link: EngineLink } {
  const time = new VirtualTime()
  const link = new EngineLink({
    urls: ['ws://one', 'ws://two'],
    instance: 'test',
    dial: engine.dial,
    clock: time,
    timers: time,
    random: () => 0.5,
    log: () => {},
    ...options,
  })
  return { engine, time, link }
}

/** The same, welcomed by the first. */
export function connected(options: Partial<LinkOptions> = {}, engine?: FakeEngine): ReturnType<typeof setUp> {
  const all = setUp(options, engine)
  all.link.start()
  all.engine.open()
  return all
}

export const addAccount = (command: Command): void => {
  command.kind = CommandKind.ADD_ACCOUNT
  command.text = 'somebody'
}

/** How a submission stands, without waiting for it: `done`, or code and status of its error. */
export function watch(promise: Promise<unknown>): { state: string } {
  const seen = { state: 'pending' }
  promise.then(
    () => (seen.state = 'done'),
    (error: { code: number; status: number }) => (seen.state = `${error.code}/${error.status}`),
  )
  return seen
}

/** Whatever was to settle in this turn has. */
export const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
