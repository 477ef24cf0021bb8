import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Command } from '@uptick/core'
import { BatchReader } from '@uptick/protocol'
import { messageOf } from '@uptick/runtime'
import type { Evidence } from './seams.ts'
import type { Poison } from './sequencer.ts'

/** What an operator needs to decide about a poisoned command. */
export function describePoison(poison: Poison, shard: number): Readonly<Record<string, unknown>> {
  const command = new Command()
  const reader = new BatchReader().open(poison.payload)
  while (reader.next(command) && reader.sequence < poison.sequence);
  const { kind, session, number, account, symbol, clientId } = command
  return {
    shard,
    epoch: poison.epoch,
    sequence: poison.sequence,
    time: poison.time,
    batch: [reader.firstSequence, reader.lastSequence],
    command: { kind, session, number, account, symbol, clientId: clientId.toString() },
    error: poison.error instanceof Error ? (poison.error.stack ?? poison.error.message) : String(poison.error),
  }
}

/** Evidence as two files in a folder: the bytes, and the facts as JSON. Written before anything else continues. */
export class EvidenceFolder implements Evidence {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  keep(name: string, bytes: Uint8Array | readonly Uint8Array[], facts: Readonly<Record<string, unknown>>): string {
    const path = join(this.#folder, name)
    try {
      mkdirSync(this.#folder, { recursive: true })
      writeDurably(`${path}.batch`, bytes instanceof Uint8Array ? [bytes] : bytes)
      writeDurably(`${path}.json`, [Buffer.from(`${JSON.stringify(facts, undefined, 2)}\n`)])
      return path
    } catch (error) {
      return `not kept: ${messageOf(error)}`
    }
  }

  find(name: string): Uint8Array | undefined {
    try {
      return readFileSync(`${join(this.#folder, name)}.batch`)
    } catch {
      return undefined
    }
  }

  discard(name: string): void {
    for (const kind of ['batch', 'json']) {
      try {
        rmSync(`${join(this.#folder, name)}.${kind}`, { force: true })
      } catch {
        // A folder that cannot be written is reported when evidence is to be kept.
      }
    }
  }
}

function writeDurably(path: string, pieces: readonly Uint8Array[]): void {
  const file = openSync(path, 'w')
  try {
    for (const piece of pieces) writeFileSync(file, piece)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}
