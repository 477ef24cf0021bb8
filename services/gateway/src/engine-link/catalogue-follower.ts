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
 * Keeps a catalogue equal to the engine's. It asks for the whole listing when a connection comes up, and applies later
 * changes from the feed. A change that the listing already contains is not applied again.
 */
export class CatalogueFollower {
  readonly #catalogue: Catalogue
  readonly #ask: () => Promise<Answer<Listing>>
  readonly #loaded: () => void
  readonly #later: (run: () => void) => void
  /** The sequence whose listing was loaded; −1 before. */
  #sequence = -1
  /** A whole listing was asked for; it will contain all changes that the feed brings before it arrives. */
  #isAsking = false

  /** @param later runs a function again after a while */
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

  /** Ask for the whole listing. Ask again while `isWanted` returns true and no engine answers. */
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

  /** Apply the changes of the outcome at `offset`, which has this sequence or a later one. */
  follow(words: Int32Array, offset: number, sequence: number): void {
    const kind = outcomeKind(words, offset)
    if (kind < CommandKind.ADD_ASSET || kind > CommandKind.ACTIVATE_BEHAVIOUR || sequence <= this.#sequence) return
    // A repeated reply describes the past: its definitions may have changed since.
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

  /** Apply a symbol. One whose assets are unknown here is left to the listing that was asked for. */
  #setSymbol(definition: SymbolDefinition & { readonly id: number }): void {
    const isBuiltOnKnown = [definition.base, definition.quote].every((code) => this.#catalogue.asset(code))
    if (isBuiltOnKnown || !this.#isAsking) this.#catalogue.setSymbol(definition)
  }
}
