import { EXIT_FAILED, messageOf, Problem, Progress, runCommand } from '@uptick/commandline'
import { findExchange } from '@uptick/operator'
import { FlowError } from '../flow/flow-error.ts'
import { openFlow } from '../flow/open-flow.ts'
import type { FlowMarket } from '../flow/order-command.ts'
import { ApiTarget } from './api-target.ts'
import { CoreTarget } from './core-target.ts'
import { replayCommandLine, type ReplayOptions } from './options.ts'
import { prepareMarket } from './prepare-market.ts'
import { contradiction, replay } from './replay.ts'
import { reportOf } from './tally.ts'
import type { ReplayTarget } from './target.ts'

await runCommand(replayCommandLine(process.env, run))

async function run(options: ReplayOptions): Promise<void> {
  const unreadable = (error: unknown): never => {
    throw new Problem(`${options.file} cannot be replayed: ${messageOf(error)}.`)
  }
  const source = await openFlow(options.file, options.format).catch(unreadable)
  const target = await targetFor(options, source.market)
  const progress = new Progress()
  const whole = source.commands === undefined ? '' : ` of ${source.commands.toLocaleString('en')}`
  const tell = (part: number, commands: number): void =>
    progress.part(part, `${commands.toLocaleString('en')}${whole} commands`)
  try {
    const tally = await replay(source, target, tell).catch((error: unknown) => {
      if (error instanceof FlowError) return unreadable(error)
      throw error
    })
    progress.end()
    const report = reportOf(tally, source.market, options.through === 'core')
    process.stdout.write(options.json ? `${JSON.stringify(report)}\n` : table(report))
    const wrong = contradiction(source, tally, options.through === 'core')
    if (wrong !== undefined) process.stderr.write(`Not the expected outcome: ${wrong}.\n`)
    if (wrong !== undefined) process.exitCode = EXIT_FAILED
  } finally {
    progress.end()
    await target.close()
  }
}

async function targetFor(options: ReplayOptions, market: FlowMarket): Promise<ReplayTarget> {
  if (options.through === 'core') return new CoreTarget(market)
  const { operator, url } = findExchange(options.folder, process.env)
  if (url === undefined) throw new Problem('UPTICK_URL is missing: the address of REST and WebSocket.')
  return ApiTarget.connect(await prepareMarket(operator, url, market), market)
}

function table(report: Readonly<Record<string, string | number>>): string {
  const shown = Object.entries(report).map(([name, value]) => [
    name,
    typeof value === 'number' ? value.toLocaleString('en') : value,
  ])
  const names = Math.max(...shown.map(([name = '']) => name.length))
  const values = Math.max(...shown.map(([, value = '']) => value.length))
  return shown.map(([name = '', value = '']) => `${name.padEnd(names)}  ${value.padStart(values)}\n`).join('')
}
