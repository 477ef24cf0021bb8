interface ServerEvent {
  readonly name: string
  readonly data: unknown
}

/** Reads a response of server-sent events. */
export class EventReader implements AsyncIterableIterator<ServerEvent> {
  readonly #reader: ReadableStreamDefaultReader<string>
  #text = ''

  private constructor(reader: ReadableStreamDefaultReader<string>) {
    this.#reader = reader
  }

  /** @throws Error when it is not answered with events */
  static async open(url: string, headers: Record<string, string>): Promise<EventReader> {
    const response = await fetch(url, { headers })
    const type = response.headers.get('content-type')
    if (!response.ok || !response.body || type !== 'text/event-stream') throw new Error(`${response.status} ${type}`)
    return new EventReader(response.body.pipeThrough(new TextDecoderStream()).getReader())
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async next(): Promise<IteratorResult<ServerEvent, undefined>> {
    for (;;) {
      const end = this.#text.indexOf('\n\n')
      if (end !== -1) {
        const lines = this.#text.slice(0, end)
        this.#text = this.#text.slice(end + 2)
        const [, name = '', data = '{}'] = /^event: (.*)\ndata: (.*)$/.exec(lines) ?? []
        return { done: false, value: { name, data: JSON.parse(data) } }
      }
      const { done, value } = await this.#reader.read()
      if (done) return { done, value: undefined }
      this.#text += value
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#reader.cancel()
  }
}
