import { expect, test } from 'vitest'
import type { Input } from './inputs.ts'
import { smallest } from './smallest.ts'

const frame = (text: string) => ({ text, isSigned: false, isBinary: false })
const socket = (...texts: string[]): Input => ({ kind: 'webSocket', path: '/ws', frames: texts.map(frame) })
const http = (text: string): Input => ({ kind: 'http', text, pieces: 1, reads: true })
const holds = (inputs: readonly Input[], text: string): boolean => JSON.stringify(inputs).includes(text)

test('reduces many inputs to one, its frames to one, and its text to the needed part', async () => {
  const found = [http('GET / HTTP/1.1'), socket('a', `{"params":${'x'.repeat(300)}BAD${'y'.repeat(400)}}`, 'b')]
  const fails = (inputs: readonly Input[]): Promise<boolean> => Promise.resolve(holds(inputs, 'BAD'))
  expect(await smallest(found, fails, 60_000)).toEqual([socket('BAD')])
})

test('inputs that fail only together stay together', async () => {
  const found = [http('A'), http('B')]
  const fails = (inputs: readonly Input[]): Promise<boolean> =>
    Promise.resolve(holds(inputs, '"A"') && holds(inputs, '"B"'))
  expect(await smallest(found, fails, 60_000)).toEqual(found)
})

test('without time the inputs stay unchanged', async () => {
  const found = [http('BAD')]
  expect(await smallest(found, () => Promise.resolve(true), -1)).toEqual(found)
})
