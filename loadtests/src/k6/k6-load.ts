import { mkdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { temporaryFolder, type TemporaryFolder } from '@uptick/commandline'
import { SampleLog } from '../prove/sample-log.ts'
import type { Trader } from '../reconcile/traffic.ts'
import { readStory } from '../story/read-story.ts'
import { Story, type StoryOptions } from '../story/story.ts'
import { brokenThresholds, droppedOf, K6Process } from './k6-process.ts'

const POLL_MS = 50
const LISTENING_MS_MAX = 20_000
/** How long listeners get to receive the rest, ms. */
const REST_MS = 1_500
/** Listeners are stopped; they do not end by themselves. */
const STREAMS_LONGER_SECONDS = 3_600

export interface LoadOptions {
  /** Address of the exchange for traders: `http://…`. */
  readonly url: string
  readonly traders: readonly Trader[]
  readonly symbol: string
  /** Local addresses of this machine that it connects from; undefined: any. */
  readonly from?: string | undefined
  /** Program and arguments before `run`. */
  readonly command: readonly string[]
  readonly profile: string
  /** Requests a second of all traders together. */
  readonly rate: number
  readonly seconds: number
  /** Minimum duration, also when it is stopped early; thresholds count for this time. */
  readonly floorSeconds: number
  /** Prefix of every client order id. */
  readonly name: string
  /** Subscribers of the market. */
  readonly watchers: number
  /** Folder of the stories; a temporary one unless given. */
  readonly folder?: string | undefined
}

/** The result of a load. */
export interface LoadResult {
  readonly story: Story
  /** Requests that did not begin when they were due. */
  readonly dropped: number
  readonly brokenThresholds: readonly string[]
}

/** Traders and listeners, each in a k6 of its own, because listeners have to receive the traders' last events. */
export class K6Load {
  readonly #options: LoadOptions
  readonly #folder: string
  readonly #own: TemporaryFolder | undefined
  readonly #streams: K6Process
  #traders: K6Process | undefined

  private constructor(options: LoadOptions) {
    this.#options = options
    const own = options.folder === undefined ? temporaryFolder('uptick-load-') : undefined
    this.#own = own
    this.#folder = own?.path ?? options.folder ?? ''
    this.#streams = this.#process('streams')
  }

  /** Start the listeners first. Resolves when every account is subscribed. @throws Error when that takes too long */
  static async open(options: LoadOptions): Promise<K6Load> {
    const { folder } = options
    if (folder !== undefined) await mkdir(folder, { recursive: true })
    const load = new K6Load(options)
    await load.#listening()
    return load
  }

  start(): void {
    this.#traders = this.#process('traders')
  }

  /** False after k6 has ended by itself, which is too early for one that was to be stopped. */
  get isRunning(): boolean {
    return this.#traders?.isRunning === true && this.#streams.isRunning
  }

  /** Wait until the traders have completed the profile. */
  async tradersEnded(): Promise<void> {
    await this.#traders?.ended()
  }

  /** Stop the traders, then the listeners after they had time to receive the rest, and read their stories. */
  async finish(options: StoryOptions): Promise<LoadResult> {
    const traders = this.#traders
    if (traders === undefined) throw new Error('the load was never started')
    await traders.stop()
    await delay(REST_MS)
    await this.#streams.stop()
    const story = new Story(options)
    await readStory(this.#file('traders'), story)
    await readStory(this.#file('streams'), story)
    story.end()
    const told = await traders.summary()
    // Listeners whose server has silently disappeared may not end. Their story is complete without the figures.
    const heard = await this.#streams.summary().then(brokenThresholds, (error: Error) => [error.message])
    return { story, dropped: droppedOf(told), brokenThresholds: [...brokenThresholds(told), ...heard] }
  }

  /** Its files are removed too, unless a folder was given for them. */
  async close(): Promise<void> {
    await Promise.all([this.#traders?.stop(), this.#streams.stop()])
    await this.#own?.remove()
  }

  async #listening(): Promise<void> {
    const { traders } = this.#options
    for (let waited = 0; ; waited += POLL_MS) {
      const story = new Story({ log: new SampleLog(), timeOf: (at) => at })
      if (await exists(this.#file('streams'))) await readStory(this.#file('streams'), story)
      if (story.subscribedAt.size === traders.length) return
      if (waited > LISTENING_MS_MAX || !this.#streams.isRunning) {
        await this.close()
        throw new Error(`the listeners have not subscribed; k6 said:\n${this.#streams.printed}`)
      }
      await delay(POLL_MS)
    }
  }

  #file(script: string): string {
    return join(this.#folder, `${script}.jsonl`)
  }

  #process(script: 'traders' | 'streams'): K6Process {
    const { url, traders, symbol, command, profile, rate, seconds, name, watchers, floorSeconds } = this.#options
    const environment = {
      UPTICK_URL: url,
      UPTICK_TRADERS: JSON.stringify(traders.map(({ account, key }) => ({ account, ...key }))),
      UPTICK_SYMBOL: symbol,
      UPTICK_RUN: name,
      UPTICK_PROFILE: profile,
      UPTICK_RATE: String(rate),
      UPTICK_SECONDS: String(script === 'streams' ? seconds + STREAMS_LONGER_SECONDS : seconds),
      UPTICK_FLOOR: String(floorSeconds),
      UPTICK_WATCHERS: String(watchers),
    }
    const summaryFile = join(this.#folder, `${script}.json`)
    const { from } = this.#options
    return new K6Process({
      script: `${script}.ts`,
      command,
      environment,
      from,
      storyFile: this.#file(script),
      summaryFile,
    })
  }
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  )
}
