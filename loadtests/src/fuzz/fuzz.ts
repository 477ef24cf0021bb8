import { setTimeout as delay } from 'node:timers/promises'
import { throwIfInterrupted } from '@uptick/commandline'
import * as fc from 'fast-check'
import { type OrderPath, startOrderPath } from '../bench/order-path.ts'
import { inspectable, liveBytes } from './heap.ts'
import { attack } from './hostile-client.ts'
import { type Input, inputs } from './inputs.ts'
import type { FuzzOptions } from './options.ts'
import { smallest } from './smallest.ts'

/** Concurrent hostile connections. */
const SIDE_BY_SIDE_MAX = 32
/** How long other clients may wait for an answer meanwhile, ms. */
const ANSWER_MS_MAX = 5_000
/** Part of the time after which memory counts as warm. */
const WARM_PART = 0.25
/**
 * Bytes that a process may hold at the end beyond that: caches that fill, an engine's orders and the outcomes of the
 * last minute.
 */
const GROWTH_BYTES_MAX = { gateway: 24 * 1024 * 1024, engine: 96 * 1024 * 1024 }
/** How long a failing input is reduced. */
const SHRINK_MS_MAX = 120_000
const ENDING_MS = 500
/** Usual time until PostgreSQL, an engine and a gateway run, s. */
const START_SECONDS = 12
/** Batches of one seed. */
const RUNS = 20
const INPUT_SHOWN_MAX = 2_000

/** Inputs that limits would refuse are to be tried too. */
const NO_LIMITS = {
  LIMIT_WEIGHT_1M: '1000000000',
  LIMIT_RAW_REQUESTS_5M: '1000000000',
  LIMIT_CONNECTIONS_5M: '1000000000',
  LIMIT_BANS: 'false',
}

/** Progress of a run. */
export interface FuzzProgress {
  readonly say: (line: string) => void
  readonly step: (what: string, left?: number) => void
  readonly part: (part: number, what: string) => void
}

type Bytes = Readonly<Record<'gateway' | 'engine', number>>

/**
 * Attack an exchange for some minutes. Resolves with the failure and its smallest input; undefined when nothing failed.
 */
export async function fuzz({ minutes, seed }: FuzzOptions, progress: FuzzProgress): Promise<string | undefined> {
  const { say } = progress
  progress.step('starting an exchange', START_SECONDS + minutes * 60)
  const path = await startOrderPath([inspectable], NO_LIMITS)
  try {
    say(`seed ${seed}, ${minutes} minutes`)
    const ms = minutes * 60_000
    const began = performance.now()
    const count = { inputs: 0 }
    const tell = (): void => progress.part(Math.min(1, (performance.now() - began) / ms), `${count.inputs} inputs`)
    const shrinks = (): void => progress.step('it failed; looking for a smaller input', SHRINK_MS_MAX / 1_000)
    const early = await attackFor(path, { ms: ms * WARM_PART, seed, count, tell, shrinks })
    if (early !== undefined) return early
    const before = await settled(path)
    const late = await attackFor(path, { ms: ms * (1 - WARM_PART), seed: seed ^ 0x5eed, count, tell, shrinks })
    if (late !== undefined) return late
    const after = await settled(path)
    say(`${count.inputs} inputs; ${describe('gateway', before, after)}; ${describe('engine', before, after)}`)
    return grown('gateway', before, after) ?? grown('engine', before, after)
  } finally {
    await path.stop()
  }
}

interface Round {
  readonly ms: number
  readonly seed: number
  readonly count: { inputs: number }
  /** Called after each volley. */
  readonly tell: () => void
  /** Called when a failure was found that is to be reduced. */
  readonly shrinks: () => void
}

async function attackFor(path: OrderPath, { ms, seed, count, tell, shrinks }: Round): Promise<string | undefined> {
  const batch = fc.array(inputs, { minLength: 1, maxLength: SIDE_BY_SIDE_MAX, size: 'max' })
  let found = ''
  const holds = async (all: readonly Input[]): Promise<boolean> => {
    count.inputs += all.length
    const failure = await strike(path, all)
    throwIfInterrupted()
    if (found === '') tell()
    if (failure === undefined) return true
    found = failure
    // The search for a smaller input needs running processes: one that is ending must have ended.
    await delay(ENDING_MS)
    await path.revive()
    return false
  }
  const end = performance.now() + ms
  for (let round = 0; performance.now() < end; round++) {
    const parameters = { seed: (seed + round) | 0, numRuns: RUNS, endOnFailure: true }
    const { failed, counterexample } = await fc.check(fc.asyncProperty(batch, holds), parameters)
    throwIfInterrupted()
    if (!failed || counterexample === null) continue
    shrinks()
    const least = await smallest(counterexample[0], async (all) => !(await holds(all)), SHRINK_MS_MAX)
    return `${found}\nsmallest input: ${JSON.stringify(least).slice(0, INPUT_SHOWN_MAX)}`
  }
  return undefined
}

/** Send all inputs concurrently; returns the failure. */
async function strike(path: OrderPath, all: readonly Input[]): Promise<string | undefined> {
  const answers = await Promise.all(all.map((input) => attack(path, input)))
  const { gateway, engine } = path.services()
  for (const [name, service] of Object.entries({ gateway, engine })) {
    if (!service.isRunning) return `the ${name} ended:\n${service.output.slice(-INPUT_SHOWN_MAX)}`
  }
  const fault = answers.find((answer) => answer !== undefined)
  if (fault !== undefined) return `a fault of the exchange was answered: ${fault.slice(0, INPUT_SHOWN_MAX)}`
  return othersAreServed(path)
}

async function othersAreServed({ trader }: OrderPath): Promise<string | undefined> {
  try {
    const url = `http://127.0.0.1:${trader.port}/api/v3/depth?symbol=BTCUSDT&limit=5`
    const { status } = await fetch(url, { signal: AbortSignal.timeout(ANSWER_MS_MAX) })
    return status === 200 ? undefined : `others get ${status}`
  } catch (error) {
    return `others get no answer: ${error instanceof Error ? error.message : String(error)}`
  }
}

/** Live bytes of both processes after all connections of the attack are closed. */
async function settled(path: OrderPath): Promise<Bytes> {
  await delay(3_000)
  const { gateway, engine } = path.services()
  return { gateway: await liveBytes(gateway), engine: await liveBytes(engine) }
}

function grown(name: keyof Bytes, before: Bytes, after: Bytes): string | undefined {
  const growth = after[name] - before[name]
  return growth <= GROWTH_BYTES_MAX[name] ? undefined : `the ${name} holds ${mebibytes(growth)} more than before`
}

function describe(name: keyof Bytes, before: Bytes, after: Bytes): string {
  return `${name} ${mebibytes(before[name])} before, ${mebibytes(after[name])} after`
}

function mebibytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`
}
