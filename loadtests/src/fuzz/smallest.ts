import { element } from '../element.ts'
import type { Input } from './inputs.ts'

type Fails = (inputs: readonly Input[]) => Promise<boolean>

/**
 * The smallest inputs that still fail, as far as `ms` allow: one input if one is enough, only the needed messages of
 * it, and only the needed part of the longest text. A failing try costs the start of a process, so it proceeds from the
 * whole to its parts.
 */
export async function smallest(found: readonly Input[], fails: Fails, ms: number): Promise<readonly Input[]> {
  const end = performance.now() + ms
  const isOver = (): boolean => performance.now() > end
  const single = await firstThat(found, async (input) => !isOver() && fails([input]))
  if (single === undefined) return found
  let input = single
  if ('frames' in input) {
    const whole = input
    // The same type: only the frames are fewer.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a part of an input is of its kind
    const alone = (whole.frames as readonly unknown[]).map((frame) => ({ ...whole, frames: [frame] }) as Input)
    input = (await firstThat(alone, async (each) => !isOver() && fails([each]))) ?? input
  }
  return [await shorter(input, async (each) => !isOver() && fails([each]))]
}

/** Remove parts of the text, halves first, while it still fails. */
async function shorter(input: Input, fails: (input: Input) => Promise<boolean>): Promise<Input> {
  let best = input
  for (let size = Math.ceil(textOf(best).length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < textOf(best).length;) {
      const text = textOf(best)
      const next = withText(best, text.slice(0, at) + text.slice(at + size))
      if (await fails(next)) best = next
      else at += size
    }
  }
  return best
}

function textOf(input: Input): string {
  switch (input.kind) {
    case 'http':
      return input.text
    case 'rawFrames':
      return input.bytes
    case 'link':
      return input.frames[0] ?? ''
    case 'webSocket':
      return input.frames[0]?.text ?? ''
    default:
      return ''
  }
}

function withText(input: Input, text: string): Input {
  switch (input.kind) {
    case 'http':
      return { ...input, text }
    case 'rawFrames':
      return { ...input, bytes: text }
    case 'link':
      return { ...input, frames: [text, ...input.frames.slice(1)] }
    case 'webSocket':
      return { ...input, frames: [{ ...element(input.frames, 0), text }, ...input.frames.slice(1)] }
    default:
      return input
  }
}

async function firstThat<T>(all: readonly T[], isIt: (one: T) => Promise<boolean>): Promise<T | undefined> {
  for (const one of all) if (await isIt(one)) return one
  return undefined
}
