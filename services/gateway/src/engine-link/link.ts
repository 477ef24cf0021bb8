import type { Command } from '@uptick/core'
import type { Catalogue } from './catalogue.ts'
import type { LinkState } from './link-state.ts'

/** A durable outcome where it lies in the frame that brought it; the words are never reused, so it may be kept. */
export interface OutcomeView {
  readonly words: Int32Array
  /** Of the outcome's header, in words. */
  readonly offset: number
}

/** Called for each OUTCOMES frame, in order of sequence, without gaps: `first` … `last` lie in words `from` … `to`. */
export type OutcomesListener = (words: Int32Array, from: number, to: number, first: number, last: number) => void

export interface Answer {
  /** The engine's state that was asked: durable. */
  readonly sequence: number
  readonly value: unknown
}
export declare class EngineLink {
  readonly catalogue: Catalogue
  readonly state: LinkState
  start(options: { feedFrom: number }): void
  submit(build: (command: Command) => void, sendBefore?: number): Promise<OutcomeView>
  query(question: object): Promise<Answer>
  onOutcomes(listener: OutcomesListener): void
  close(): void
}
