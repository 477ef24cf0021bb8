import {
  type AnswerTo,
  decodeFrame,
  encodeHello,
  encodeQuery,
  FrameType,
  type Question,
  type QuestionKind,
  type Refused,
} from '@uptick/protocol'
import type { CancelTimer, Timers } from '@uptick/runtime'
import type { Dial, LinkSocket } from './socket.ts'

/** From dialling to the answer, unless the caller grants more. */
const ASK_MS_MAX = 2_000

/**
 * Ask one engine one question, whether it leads or not, over a connection of its own. For questions that a leader alone
 * cannot answer.
 *
 * @throws Error when the engine does not answer in time
 */
export function askEngine<Kind extends QuestionKind>(
  { dial, timers }: { readonly dial: Dial; readonly timers: Timers },
  url: string,
  question: Question<Kind>,
  msMax: number = ASK_MS_MAX,
): Promise<AnswerTo<Kind> & Partial<Refused>> {
  return new Promise((resolve, reject) => {
    let socket: LinkSocket | undefined
    let cancel: CancelTimer = () => undefined
    const end = (settle: () => void): void => {
      cancel()
      settle()
      socket?.close()
    }
    const fail = (reason: string): void => end(() => reject(new Error(`${url}: ${reason}`)))
    cancel = timers.after(msMax, () => fail(`no answer within ${msMax} ms`))
    // No session and no feed: this link only asks.
    const hello = encodeHello({ instance: 'operator', session: 0, feedFrom: -1 })
    socket = dial(url, {
      opened: () => socket?.send(hello),
      received: (data) => {
        try {
          const frame = decodeFrame(data)
          if (frame.type === FrameType.WELCOME) socket?.send(encodeQuery(1, question))
          else if (frame.type === FrameType.ANSWER)
            // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the engine answers a question of that kind so
            end(() => resolve(frame.body as AnswerTo<Kind> & Partial<Refused>))
          else if (frame.type === FrameType.GOODBYE) fail(JSON.stringify(frame.reason))
        } catch (error) {
          fail(String(error))
        }
      },
      closed: (reason) => fail(reason),
    })
  })
}
