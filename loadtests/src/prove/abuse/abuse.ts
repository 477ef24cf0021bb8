import { fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { ClusterHandle } from '../cluster-handle.ts'
import { quantile } from '../rows.ts'
import type { Played } from '../scenarios.ts'
import type { Timeline } from '../timeline.ts'
import type { AbuseTally } from './abusers.ts'
import { newcomers } from './newcomers.ts'

const ABUSE_MS = 12_000
/** Nothing may fail, but a machine that abusers keep busy may answer later. */
const BUDGET_MS = 1_000
const MEBIBYTE = 1024 * 1024

/**
 * Floods, frames of thousands of parameters, nested JSON, unknown paths, clients that never read, bodies that never
 * end, and clients that only connect and disconnect, each from an address of its own. Beside them honest traders must
 * not notice anything, and new clients must be let in.
 */
export const abuse: Played = {
  name: 'abuse',
  seconds: 12,
  planned: true,
  budgetMs: BUDGET_MS,
  async play(cluster, timeline) {
    const before = cluster.gateways().join(', ')
    timeline.mark('abuse')
    const over = new AbortController()
    const welcomed = newcomers(cluster.port, over.signal)
    welcomed.catch(() => undefined)
    const tallies = await Promise.all([abused(cluster.port, 'siege'), abused(cluster.port, 'knocks')])
    timeline.mark('abuse ends')
    over.abort()
    timeline.note('abuse: newcomers', await welcomed, waitsText)
    for (const [what, count] of tallies.flatMap((tally) => Object.entries(tally)))
      timeline.note(`abuse: ${what}`, [count], (counts) => String(sum(counts)))
    await noteMemory(cluster, timeline)
    const after = cluster.gateways().join(', ')
    if (before !== after) throw new Error(`gateways ended: they were ${before}, they are ${after}`)
    await cluster.ready()
  },
}

/** Abusers run in a process of their own, so that they do not delay the traders in this one. */
async function abused(port: number, kind: 'siege' | 'knocks'): Promise<AbuseTally> {
  const child = fork(fileURLToPath(new URL('abusers.ts', import.meta.url)), [String(port), kind])
  try {
    const ended = once(child, 'exit').then(() => Promise.reject(new Error('the abusers ended too early')))
    await Promise.race([delay(ABUSE_MS), ended])
    ended.catch(() => undefined)
    child.send('stop')
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the child's one message
    const [tally] = (await once(child, 'message')) as [AbuseTally]
    return tally
  } finally {
    child.kill('SIGKILL')
  }
}

async function noteMemory(cluster: ClusterHandle, timeline: Timeline): Promise<void> {
  for (const [name, bytes] of await cluster.memory('gateway'))
    timeline.note(`abuse: memory of ${name}`, [bytes / MEBIBYTE], (sizes) => `${Math.max(...sizes).toFixed(0)} MiB`)
}

/** @param waits milliseconds */
function waitsText(waits: readonly number[]): string {
  const [median, worst] = [0.5, 1].map((part) => quantile(waits, part).toFixed(0))
  return `${waits.length}: p50 ${median} ms, worst ${worst} ms`
}

const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0)
