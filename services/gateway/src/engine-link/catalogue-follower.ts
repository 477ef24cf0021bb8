import {
  type Catalogue as Listing,
  CommandKind,
  eachEvent,
  EventKind,
  outcomeKind,
  outcomeRepeated,
  readEvent,
  type SymbolDefinition,
} from '@uptick/core'
import type { Catalogue } from './catalogue.ts'
import type { Answer } from './query-book.ts'

/**
 * Keeps a catalogue equal to the engine's: the whole listing is asked for when a connection comes up, and what the feed
 * tells of later changes is applied to it. What the answer contains already is not applied again.
 */
export class CatalogueFollower {
  readonly #catalogue: Catalogue
  readonly #ask: () => Promise<Answer<Listing>>
  readonly #loaded: () => void
  readonly #later: (run: () => void) => void
  /** The sequence whose listing was loaded; −1 before. */
  #sequence = -1
  /** A whole listing is on its way: it has all that the feed tells before it comes. */
  #isAsking = false

  /** @param later runs what is to be tried again, after a while */
  constructor(
    catalogue: Catalogue,
    ask: () => Promise<Answer<Listing>>,
    loaded: () => void,
    later: (run: () => void) => void,
  ) {
    this.#catalogue = catalogue
    this.#ask = ask
    this.#loaded = loaded
    this.#later = later
  }

  get isLoaded(): boolean {
    return this.#sequence >= 0
  }

  /** Ask for the whole listing; again as long as `isWanted` says so and no engine answers. */
  load(isWanted: () => boolean): void {
    this.#isAsking = true
    this.#ask().then(
      ({ sequence, value }) => {
        this.#isAsking = false
        if (sequence < this.#sequence) return
        this.#catalogue.replace(value)
        this.#sequence = sequence
        this.#loaded()
      },
      () =>
        this.#later(() => {
          if (isWanted()) this.load(isWanted)
        }),
    )
  }

  /** Apply what the outcome at `offset`, which has this sequence or a later one, changed. */
  follow(words: Int32Array, offset: number, sequence: number): void {
    const kind = outcomeKind(words, offset)
    if (kind < CommandKind.ADD_ASSET || kind > CommandKind.ACTIVATE_BEHAVIOUR || sequence <= this.#sequence) return
    // A repeated reply tells of the past: what it defined may have been changed since.
    if (outcomeRepeated(words, offset)) return
    eachEvent(words, offset, (eventKind, at) => {
      if (eventKind !== EventKind.CATALOGUE && eventKind !== EventKind.BEHAVIOUR) return
      const event = readEvent(words, at)
      if (event.kind === EventKind.BEHAVIOUR) this.#catalogue.addBehaviour(event.behaviour)
      if (event.kind !== EventKind.CATALOGUE) return
      if (event.subject === 'asset') this.#catalogue.setAsset({ ...JSON.parse(event.definition), id: event.id })
      if (event.subject === 'symbol') this.#setSymbol({ ...JSON.parse(event.definition), id: event.id })
    })
  }

  /** One that is built on what is not known here yet is left to the listing that is on its way. */
  #setSymbol(definition: SymbolDefinition & { readonly id: number }): void {
    const isBuiltOnKnown = [definition.base, definition.quote].every((code) => this.#catalogue.asset(code))
    if (isBuiltOnKnown || !this.#isAsking) this.#catalogue.setSymbol(definition)
  }
}
