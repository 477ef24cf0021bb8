import { messageOf } from '@uptick/runtime'
import {
  encodeAnswer,
  encodeWelcome,
  isAsked,
  type AnswerTo,
  type Asked,
  type QuestionKind,
  type Refused,
} from '@uptick/protocol'
import type { Released } from './held-rows.ts'
import type { MemberDesk } from './link-handler.ts'

export interface MemberDeskOptions {
  /** The status of this member. */
  readonly facts: () => { shard: number } & AnswerTo<'status'>
  /** Append what the journal has lost; returns the number of batches. */
  readonly repair: () => Promise<number>
  /** The rows of this member that the journal lacks. */
  readonly lost: () => Promise<{ lost: number; through: number }>
  /** Give up what the journal has lost. */
  readonly release: (reason: string, operator: string) => Promise<Released>
}

/**
 * What an operator can ask of a member that does not lead: `status`; `lost`; `repair` of one that is ahead of the
 * journal; and, while the shard is halted, `release`. Such a member has executed only what the journal holds, or held.
 */
export function memberDesk({ facts, lost, repair, release }: MemberDeskOptions): MemberDesk {
  return {
    welcome: () => {
      const { shard, epoch, sequence } = facts()
      return encodeWelcome({ shard, epoch, durable: sequence, oldest: sequence + 1, windowMax: 0, extras: facts() })
    },
    answer: async ({ id, body }) => {
      const { sequence } = facts()
      const say = <Kind extends QuestionKind>(answer: AnswerTo<Kind>) => encodeAnswer(id, sequence, answer)
      const refuse = (error: string) => encodeAnswer(id, sequence, { error } satisfies Refused)
      if (isAsked(body, 'status')) return say<'status'>(facts())
      try {
        if (isAsked(body, 'repair')) return say<'repair'>({ appended: await repair() })
        if (isAsked(body, 'lost')) return say<'lost'>(await lost())
        if (!isAsked(body, 'release')) return refuse('this member does not lead')
        const { reason, operator }: Asked<'release'> = { ...Object(body) }
        if (typeof reason !== 'string' || typeof operator !== 'string')
          throw new Error('reason and operator are needed')
        return say<'release'>(await release(reason, operator))
      } catch (error) {
        return refuse(messageOf(error))
      }
    },
  }
}
