/** @import { NowEvent, PastEvent } from '../view.ts' */

/** Nothing came for this long, ms: the gateway is gone, or the way to it. */
const SILENT_MS = 4_000
const RETRY_MS = 500
const RETRY_MS_MAX = 4_000

/**
 * @typedef {object} Viewer
 * @property {(event: PastEvent) => void} past
 * @property {(event: NowEvent) => void} now
 * @property {(trouble: string) => void} lost nothing comes; it is tried again
 * @property {() => void} refused the token is wrong
 */

/**
 * Follow the exchange until the returned function is called. A gateway that leaves ends the stream: the next connection
 * goes to another one. `EventSource` cannot send the token, so the events are read from a response.
 *
 * @param {string} token
 * @param {Viewer} viewer
 * @returns {() => void}
 */
export function follow(token, viewer) {
  const stopping = new AbortController()
  void keepFollowing(token, viewer, stopping.signal)
  return () => stopping.abort()
}

/**
 * @param {string} token
 * @param {Viewer} viewer
 * @param {AbortSignal} stopping
 */
async function keepFollowing(token, viewer, stopping) {
  let failures = 0
  while (!stopping.aborted) {
    const attempt = new AbortController()
    const signal = AbortSignal.any([stopping, attempt.signal])
    try {
      const heard = () => (failures = 0)
      const isRefused = await read(token, viewer, { attempt, signal, heard })
      if (isRefused) return viewer.refused()
    } catch (error) {
      if (stopping.aborted) return
      viewer.lost(error instanceof Error ? error.message : String(error))
    }
    await new Promise((resolve) => setTimeout(resolve, Math.min(RETRY_MS_MAX, RETRY_MS * failures)))
    failures++
  }
}

/**
 * Read one stream to its end. Whether the token was refused.
 *
 * @param {string} token
 * @param {Viewer} viewer
 * @param {{ attempt: AbortController, signal: AbortSignal, heard: () => void }} control
 */
async function read(token, viewer, { attempt, signal, heard }) {
  const late = () => attempt.abort(new Error(`nothing came for ${SILENT_MS / 1000} s`))
  let timer = setTimeout(late, SILENT_MS)
  try {
    const response = await fetch('overview/stream', { headers: { authorization: `Bearer ${token}` }, signal })
    if (response.status === 401) return true
    if (!response.ok || !response.body) throw new Error(`the gateway answers ${response.status}`)
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
    for (let text = ''; ;) {
      const { done, value } = await reader.read()
      if (done) return false
      clearTimeout(timer)
      timer = setTimeout(late, SILENT_MS)
      heard()
      const parts = (text + value).split('\n\n')
      text = parts.pop() ?? ''
      for (const part of parts) tell(viewer, part)
    }
  } finally {
    clearTimeout(timer)
  }
}

/**
 * @param {Viewer} viewer
 * @param {string} part
 */
function tell(viewer, part) {
  const [, name, data = '{}'] = /^event: (.*)\ndata: (.*)$/.exec(part) ?? []
  if (name === 'past') viewer.past(JSON.parse(data))
  else if (name === 'now') viewer.now(JSON.parse(data))
}
