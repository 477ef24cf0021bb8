import { encodeAnswer, encodeWelcome } from '@uptick/protocol'
import type { Released } from './held-rows.ts'
import type { MemberDesk } from './link-handler.ts'

export interface MemberDeskOptions {
  /** How this member stands. */
  readonly facts: () => { shard: number; epoch: number; sequence: number } & Readonly<Record<string, unknown>>
  /** Append what the journal has lost; how many batches that were. */
  readonly repair: () => Promise<number>
  /** What the journal lacks of what this member holds. */
  readonly lost: () => Promise<{ lost: number; through: number }>
  /** Give up what the journal has lost. */
  readonly release: (reason: string, operator: string) => Promise<Released>
}

/**
 * What an operator can ask of a member that does not lead: `status`; `lost`, what the journal lacks of what it holds; of one that is ahead of the journal, `repair`; and,
 * while the shard is halted, `release {reason, operator}`. A
 * member that does not lead has executed nothing but what the journal holds, or held.
 */
export function memberDesk({ facts, lost, repair, release }: MemberDeskOptions): MemberDesk {
  return {
    welcome: () => {
      const { shard, epoch, sequence } = facts()
      return encodeWelcome({ shard, epoch, durable: sequence, oldest: sequence + 1, windowMax: 0, extras: facts() })
    },
    answer: async ({ id, body }) => {
      const question: Readonly<Record<string, unknown>> = typeof body === 'object' && body !== null ? { ...body } : {}
      const { kind, reason, operator } = question
      const { sequence } = facts()
      if (kind === 'status') return encodeAnswer(id, sequence, facts())
      try {
        if (kind === 'repair') return encodeAnswer(id, sequence, { appended: await repair() })
        if (kind === 'lost') return encodeAnswer(id, sequence, await lost())
        if (kind !== 'release') return encodeAnswer(id, sequence, { error: 'this member does not lead' })
        if (typeof reason !== 'string' || typeof operator !== 'string')
          throw new Error('reason and operator are needed')
        return encodeAnswer(id, sequence, await release(reason, operator))
      } catch (error) {
        return encodeAnswer(id, sequence, { error: error instanceof Error ? error.message : String(error) })
      }
    },
  }
}
