import type { LookupFunction } from 'node:net'
import { FRAME_BYTES_MAX } from '@uptick/protocol'
import { WebSocket } from 'ws'
import type { Lookup } from './address-book.ts'
import type { Dial, LinkSocket, LinkSocketEvents } from './socket.ts'

const HANDSHAKE_MS_MAX = 1000

/** Dials engines over `ws`: loopback or a cluster's own network, so nothing is compressed. */
export function dialWebSockets(lookup: Lookup): Dial {
  return (url, events) => dial(url, events, lookup)
}

function dial(url: string, events: LinkSocketEvents, lookup: Lookup): LinkSocket {
  const socket = new WebSocket(url, {
    perMessageDeflate: false,
    maxPayload: FRAME_BYTES_MAX,
    handshakeTimeout: HANDSHAKE_MS_MAX,
    skipUTF8Validation: true,
    lookup: lookup as LookupFunction,
    // A key of zeros leaves the bytes as they are. Masking is for proxies that a browser might trick; there are none here.
    generateMask: (mask) => mask.fill(0),
  })
  socket.binaryType = 'nodebuffer'
  let reason = 'closed'
  socket.on('open', () => events.opened())
  socket.on('message', (data: Buffer, isBinary: boolean) => {
    if (isBinary) events.received(data)
  })
  socket.on('error', (error) => (reason = error.message))
  socket.on('close', (code, text) =>
    events.closed(text.length > 0 ? `${code} ${text.toString()}` : `${reason} ${code}`),
  )
  return {
    send: (frame) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(frame)
    },
    close: () => socket.terminate(),
    get bufferedBytes() {
      return socket.bufferedAmount
    },
  }
}
