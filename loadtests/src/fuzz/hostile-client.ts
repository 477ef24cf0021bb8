import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { dialWebSockets, parseLinkKeys, provenDial } from '@uptick/link'
import { WebSocket } from 'ws'
import type { Target } from '../bench/order-path.ts'
import type { Frame, Input } from './inputs.ts'

/** How long an input may keep the exchange busy before its connection is cut, ms. */
const INPUT_MS = 120
/** An answer of the exchange for an internal failure. */
const FAULT = /HTTP\/1\.1 500 |"status":500,/
const ANSWERS_MAX = 65_536

export interface Victim {
  readonly trader: Target
  readonly linkUrl: string
  readonly linkSecret: string
}

/** Send one input on a connection of its own. Resolves with an answer that shows an internal failure. */
export async function attack({ trader, linkUrl, linkSecret }: Victim, input: Input): Promise<string | undefined> {
  switch (input.kind) {
    case 'http':
      return http(trader.port, input)
    case 'webSocket':
      return webSocket(`ws://127.0.0.1:${trader.port}${input.path}`, (socket) => {
        for (const { text, isSigned, isBinary } of input.frames) {
          socket.send(isSigned ? signed(trader, text) : text, { binary: isBinary })
        }
      })
    case 'rawFrames':
      return rawFrames(trader.port, input.path, input.bytes)
    case 'link':
      return link(linkUrl, linkSecret, input)
    default:
      return undefined
  }
}

async function http(
  port: number,
  { text, pieces, reads }: Extract<Input, { kind: 'http' }>,
): Promise<string | undefined> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  const answers = listen(socket)
  if (!reads) socket.pause()
  const bytes = Buffer.from(text, 'latin1')
  const length = Math.ceil(bytes.length / pieces)
  for (let piece = 0; piece < pieces && !socket.destroyed; piece++) {
    socket.write(bytes.subarray(piece * length, (piece + 1) * length))
    await new Promise((resolve) => setImmediate(resolve))
  }
  await ended(socket)
  return faultIn(answers())
}

async function rawFrames(port: number, path: string, bytes: string): Promise<string | undefined> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  const answers = listen(socket)
  const upgrade = ['Host: a', 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13']
  const lines = [`GET ${path} HTTP/1.1`, ...upgrade, 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==']
  socket.write(Buffer.from(`${lines.join('\r\n')}\r\n\r\n${bytes}`, 'latin1'))
  await ended(socket)
  return faultIn(answers())
}

async function webSocket(url: string, send: (socket: WebSocket) => void): Promise<string | undefined> {
  const socket = new WebSocket(url, { perMessageDeflate: false })
  let answers = ''
  socket.on('message', (data) => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- of our own making
    if (answers.length < ANSWERS_MAX) answers += (data as Buffer).toString('latin1')
  })
  socket.on('error', () => undefined)
  socket.on('open', () => send(socket))
  await Promise.race([once(socket, 'close').catch(() => undefined), delay(INPUT_MS)])
  socket.terminate()
  return faultIn(answers)
}

async function link(
  url: string,
  secret: string,
  { role, frames }: Extract<Input, { kind: 'link' }>,
): Promise<undefined> {
  const keys = parseLinkKeys(secret)
  const dial = role === undefined ? dialWebSockets() : provenDial(dialWebSockets(), { role, keys: () => keys })
  const over = new AbortController()
  const socket = dial(url, {
    opened: () => {
      for (const frame of frames) socket.send(Buffer.from(frame, 'latin1'))
    },
    received: () => undefined,
    closed: () => over.abort(),
  })
  await delay(INPUT_MS, undefined, { signal: over.signal }).catch(() => undefined)
  socket.close()
}

function listen(socket: Socket): () => string {
  let answers = ''
  socket.on('error', () => undefined)
  socket.on('data', (chunk) => {
    if (answers.length < ANSWERS_MAX) answers += chunk.toString('latin1')
  })
  return () => answers
}

async function ended(socket: Socket): Promise<void> {
  await Promise.race([once(socket, 'close').catch(() => undefined), delay(INPUT_MS)])
  socket.destroy()
}

function faultIn(answers: string): string | undefined {
  return FAULT.test(answers) ? answers : undefined
}

/** The request with key, time and signature. Unchanged when it is not a request, or is too deep to be serialised. */
function signed({ key, secret }: Target, text: Frame['text']): string {
  try {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- of our own making
    const request = JSON.parse(text) as { params: Record<string, unknown> }
    const params: Record<string, unknown> = { ...request.params, apiKey: key, timestamp: Date.now() }
    delete params['signature']
    const fields = Object.entries(params).toSorted(([a], [b]) => (a < b ? -1 : 1))
    const payload = fields.map(([name, value]) => `${name}=${textOf(value)}`).join('&')
    const signature = createHmac('sha256', secret).update(payload).digest('hex')
    return JSON.stringify({ ...request, params: { ...params, signature } })
  } catch {
    return text
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
