import { encodeAnswer, encodeWelcome } from '@uptick/protocol'
import type { MemberDesk } from './link-handler.ts'

export interface MemberDeskOptions {
  /** How this member stands. */
  readonly facts: () => { shard: number; epoch: number; sequence: number } & Readonly<Record<string, unknown>>
  /** Append what the journal has lost; how many batches that were. */
  readonly repair: () => Promise<number>
}

/**
 * What an operator can ask of a member that does not lead: `status`, and, of one that is ahead of the journal, `repair`. A
 * member that does not lead has executed nothing but what the journal holds, or held.
 */
export function memberDesk({ facts, repair }: MemberDeskOptions): MemberDesk {
  return {
    welcome: () => {
      const { shard, epoch, sequence } = facts()
      return encodeWelcome({ shard, epoch, durable: sequence, oldest: sequence + 1, windowMax: 0, extras: facts() })
    },
    answer: async ({ id, body }) => {
      const kind = typeof body === 'object' && body !== null && 'kind' in body ? body.kind : undefined
      const { sequence } = facts()
      if (kind === 'status') return encodeAnswer(id, sequence, facts())
      if (kind !== 'repair') return encodeAnswer(id, sequence, { error: 'this member does not lead' })
      try {
        return encodeAnswer(id, sequence, { appended: await repair() })
      } catch (error) {
        return encodeAnswer(id, sequence, { error: error instanceof Error ? error.message : String(error) })
      }
    },
  }
}
