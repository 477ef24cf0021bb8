import { FRAME_BYTES_MAX } from '@uptick/protocol'
import { WebSocket } from 'ws'
import type { DialMember } from './seams.ts'

const HANDSHAKE_MS_MAX = 1_000

/** Dials another engine over `ws`: a cluster's own network, so nothing is compressed. */
export const dialMember: DialMember = (url, events) => {
  const socket = new WebSocket(url, {
    perMessageDeflate: false,
    maxPayload: FRAME_BYTES_MAX,
    handshakeTimeout: HANDSHAKE_MS_MAX,
    skipUTF8Validation: true,
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
  }
}
