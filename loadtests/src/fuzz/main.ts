import { fuzz } from './fuzz.ts'
import { help, parseOptions } from './options.ts'
import type { FuzzOptions } from './options.ts'

const options = readOptions()
if (options !== undefined) {
  const failure = await fuzz(options, (line) => process.stdout.write(`${line}\n`))
  if (failure !== undefined) {
    process.stdout.write(`\n${failure}\n  again: npm run fuzz -- --minutes ${options.minutes} --seed ${options.seed}\n`)
    process.exitCode = 1
  }
}

function readOptions(): FuzzOptions | undefined {
  try {
    const read = parseOptions(process.argv.slice(2))
    if (read === undefined) process.stdout.write(help)
    return read
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`)
    process.exitCode = 2
    return undefined
  }
}
