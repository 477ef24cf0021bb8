import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { Problem, Progress, runCommand, undoWhenInterrupted } from '@uptick/commandline'
import { Kubectl, needCluster } from '@uptick/deploy'
import { PARTS_TEXT } from '../../scenarios/crowd.ts'
import { actShortcomings, type Act } from './act.ts'
import { htmlReport } from './html-report.ts'
import { findCapacity } from './capacity.ts'
import { needK6 } from '../k6/k6-process.ts'
import { words } from './fault-command.ts'
import { proofCommandLine, type ProofCommand, type ProofOptions } from './options.ts'
import { runScenario } from './run-scenario.ts'
import { chosen, scenarios } from './scenarios/index.ts'
import { textReport } from './text-report.ts'

/** Set for the process that runs inside the other network. */
const INSIDE = 'UPTICK_PROVE_INSIDE'
const FINDINGS_SHOWN = 5
/** Usual duration of a scenario, until some were played. */
const SCENARIO_SECONDS = 60

await runCommand(
  proofCommandLine(process.env, {
    prove: async (command) => {
      process.exitCode = await start(command)
    },
    list: () => void process.stdout.write(scenarios.map(({ name, what }) => `${name.padEnd(18)} ${what}\n`).join('')),
  }),
)

async function start({ options, cluster, through }: ProofCommand): Promise<number> {
  if (process.env[INSIDE] === undefined) {
    if (cluster !== undefined && (await run([...words(cluster), 'up'])) !== 0)
      throw new Problem(`${cluster} up has failed.`)
    if (through !== undefined)
      return run([...words(through), process.execPath, ...process.argv.slice(1)], { ...process.env, [INSIDE]: '1' })
  }
  undoWhenInterrupted()
  await needCluster(process.env)
  return prove(options)
}

async function prove(asked: ProofOptions): Promise<number> {
  needK6()
  const progress = new Progress()
  const say = (what: string): void => progress.say(what)
  if (asked.rate === 'half') progress.step('measuring what the cluster sustains')
  const wanted = chosen(asked.names, asked.isQuick)
  const kubectl = new Kubectl(asked.namespace)
  const options = { ...asked, rate: asked.rate === 'half' ? await half(kubectl, asked, say) : asked.rate }
  const acts: Act[] = []
  const began = performance.now()
  let trouble: string | undefined
  for (let round = 1; round <= options.rounds && trouble === undefined; round++) {
    for (const scenario of wanted) {
      progress.step(
        `${options.rounds > 1 ? `round ${round}: ` : ''}${scenario.name}: ${scenario.what}`,
        (options.rounds * wanted.length - acts.length) * averageSeconds(acts.length, performance.now() - began),
      )
      try {
        const act = await runScenario(scenario, kubectl, options, say)
        acts.push(act)
        const found = act.findings.slice(0, FINDINGS_SHOWN).map(({ text }) => text)
        const wrong = [...actShortcomings(act), ...found].map((text) => `\n            ${text}`)
        say(`  ${act.row.requests} requests, ${act.row.failed} failed${wrong.join('')}`)
      } catch (error) {
        // The exchange does not meet the next scenario's conditions. What was played so far is still reported.
        trouble = `${scenario.name} was not played to its end: ${error instanceof Error ? error.message : String(error)}`
        say(`  ${trouble}`)
        break
      }
    }
  }
  progress.end()
  const wrong = [...acts.flatMap((act) => actShortcomings(act)), ...(trouble === undefined ? [] : [trouble])]
  process.stdout.write(textReport(acts, wrong))
  const load = `${options.rate} requests a second. ${PARTS_TEXT}.`
  await writeFile(options.html, htmlReport(acts, wrong, load))
  process.stdout.write(`The report: ${options.html}\n`)
  if (options.json !== undefined)
    await writeFile(
      options.json,
      `${JSON.stringify(
        acts.map(({ row }) => row),
        undefined,
        2,
      )}\n`,
    )
  return wrong.length > 0 ? 1 : 0
}

/** Average duration of the scenarios that were played. @param ms total duration */
function averageSeconds(played: number, ms: number): number {
  return played === 0 ? SCENARIO_SECONDS : ms / 1_000 / played
}

async function half(kubectl: Kubectl, options: ProofOptions, say: (what: string) => void): Promise<number> {
  const sustained = await findCapacity(kubectl, options, say)
  if (sustained === 0) throw new Problem('The cluster does not sustain even the first rate.')
  say(`  ${sustained} a second are sustained; the proof is made at ${Math.ceil(sustained / 2)}`)
  return Math.ceil(sustained / 2)
}

async function run([program = '', ...args]: readonly string[], env = process.env): Promise<number> {
  const child = spawn(program, args, { stdio: 'inherit', env })
  const forward = (signal: NodeJS.Signals): void => void child.kill(signal)
  process.on('SIGTERM', forward)
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Node's event 'exit'
  const [code] = (await once(child, 'exit')) as [number | null]
  process.off('SIGTERM', forward)
  return code ?? 1
}
