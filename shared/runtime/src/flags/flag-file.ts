import { EventEmitter } from 'node:events'
import type { ClientFeaturesResponse, UnleashConfig } from 'unleash-client'
import { WatchedFiles } from '../watched-files.ts'
import { readDefinitions } from './definitions.ts'

type Repository = NonNullable<UnleashConfig['repository']>
type Feature = ClientFeaturesResponse['features'][number]
type Segment = NonNullable<ClientFeaturesResponse['segments']>[number]

export interface FlagFileOptions {
  readonly path: string
  readonly changed: () => void
  /** The file cannot be used, and what it held before stays in force; undefined when it can be used again. */
  readonly failed: (error: Error | undefined) => void
  /** How often the file is read, ms. */
  readonly everyMs?: number
}

/** A file of definitions, which is read again when it changes. Unleash's client evaluates it like those of a server. */
export class FlagFile extends EventEmitter implements Repository {
  readonly #files: WatchedFiles<ClientFeaturesResponse>

  private constructor(files: WatchedFiles<ClientFeaturesResponse>) {
    super()
    this.#files = files
  }

  /** @throws (rejects with) Error when the file cannot be read or used */
  static async open({ path, ...options }: FlagFileOptions): Promise<FlagFile> {
    const parse = ([content]: readonly Buffer[]): ClientFeaturesResponse => readDefinitions(String(content))
    return new FlagFile(await WatchedFiles.open({ paths: [path], parse, ...options }))
  }

  async start(): Promise<void> {
    this.emit('ready')
  }

  stop(): void {
    this.#files.close()
  }

  getToggle(name: string): Feature | undefined {
    return this.#files.value.features.find((feature) => feature.name === name)
  }

  getToggles(): Feature[] {
    return this.#files.value.features
  }

  /** For clients that list definitions with their segments, which these do not. */
  getTogglesWithSegmentData(): [] {
    return []
  }

  getSegment(id: number): Segment | undefined {
    return this.#files.value.segments?.find((segment) => segment.id === id)
  }
}
