import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { ControlClient, RollError } from '../control/control-client.ts'
import { messageOf, Problem } from '../problem.ts'
import { ROLLED } from './roller.ts'

const help = `Replaces the processes of a running exchange one by one, while traffic flows.

  npm run roll -- engine|gateway|recorder|all [--data FOLDER]

  engine     the standby, then the leader, which hands over first
  gateway    each: its successor is started, gets the new connections, and the old one drains
  recorder   history lags for a moment; trading does not notice
  all        recorder, engines, gateways

Refuses when something is not ready, or while another roll is under way (exit code 2).
`
const EXIT_REFUSED = 2

try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { data: { type: 'string' }, help: { type: 'boolean', short: 'h', default: false } },
  })
  if (values.help || positionals.length === 0) process.stdout.write(help)
  else await run(positionals, values.data)
} catch (error) {
  const refused = error instanceof RollError && error.refused
  process.stderr.write(`${refused ? 'Refused: ' : ''}${messageOf(error)}\n`)
  process.exitCode = refused ? EXIT_REFUSED : 1
}

async function run([name = '', ...more]: readonly string[], data: string | undefined): Promise<void> {
  const what = ROLLED.find((one) => one === name)
  if (what === undefined || more.length > 0) throw new Problem(`Name one of ${ROLLED.join(', ')}.`)
  const folder = data === undefined ? resolve('data') : resolve(process.env['INIT_CWD'] ?? '.', data)
  const took = await ControlClient.find(folder).roll(what, (step) => {
    process.stdout.write(`${`${step.milliseconds} ms`.padStart(9)}  ${step.process}  ${step.what}\n`)
  })
  process.stdout.write(`${what} rolled in ${(took / 1000).toFixed(1)} s\n`)
}
