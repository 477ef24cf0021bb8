import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { expect, test } from 'vitest'

const index = new URL('./index.ts', import.meta.url).href
const parent = `
import { spawn } from 'node:child_process'
import { endsWithUs, undoWhenInterrupted } from ${JSON.stringify(index)}
undoWhenInterrupted()
const child = spawn('sleep', ['60'], { stdio: ['ignore', 'inherit', 'ignore'] })
endsWithUs(child)
child.once('spawn', () => console.log('started'))
`

test.each([
  ['SIGTERM', 143],
  ['SIGINT', 130],
] as const)('a child ends with its parent, which is ended by %s', async (signal, code) => {
  const parentProcess = spawn(process.execPath, ['--input-type=module', '--eval', parent], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines = createInterface(parentProcess.stdout)
  await once(lines, 'line')
  // The child holds the other end of the pipe open for as long as it lives.
  const ended = Promise.all([once(parentProcess, 'exit'), once(lines, 'close')])
  parentProcess.kill(signal)
  const [[exitCode]] = await ended
  expect(exitCode).toBe(code)
})
