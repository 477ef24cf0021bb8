import { spawnSync } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { assert, expect, test } from 'vitest'
import { Behaviour } from './behaviours.ts'
import { CommandKind } from './command.ts'
import { EventKind } from './event.ts'
import { Exchange } from './exchange.ts'
import { WorkKind } from './market-work.ts'
import { readOutcome } from './outcome-reader.ts'
import { type GoldenJournal, hashesOf, hex, readGolden } from '../testing/golden-journal.ts'
import { goldenPlans } from '../testing/golden-plans.ts'
import { copyCommand } from '../testing/stream.ts'

const folder = new URL('../testing/golden/', import.meta.url)
const files = readdirSync(folder)

function golden(file: string): GoldenJournal {
  return readGolden(readFileSync(new URL(file, folder), 'utf8'))
}

test('there is a golden journal for every plan', () => {
  expect(files.toSorted()).toEqual(
    Object.keys(goldenPlans)
      .map((name) => `${name}.txt`)
      .toSorted(),
  )
})

test.each(files)('%s leads to the same hashes as when it was written', (file) => {
  const journal = golden(file)
  const { runningHash, stateHash } = hashesOf(journal)
  expect(hex(runningHash)).toBe(hex(journal.runningHash))
  expect(hex(stateHash)).toBe(hex(journal.stateHash))
})

test('a journal with one command less does not', () => {
  const [file] = files
  assert(file)
  const journal = golden(file)
  const { runningHash } = hashesOf({ ...journal, commands: journal.commands.slice(0, -1) })
  expect(runningHash).not.toBe(journal.runningHash)
})

/** The outcomes of a journal, by command, on a build with these behaviours; without those of activations. */
function outcomes({ commands, options }: GoldenJournal, supportedBehaviours: readonly number[]): Buffer[] {
  const exchange = new Exchange({ ...options, supportedBehaviours })
  return commands.map(({ command, time }, index) => {
    const { output } = exchange
    output.clear()
    exchange.execute(copyCommand(command), index + 1, time)
    const isActivation = command.kind === CommandKind.ACTIVATE_BEHAVIOUR
    return Buffer.from(output.words.slice(0, isActivation ? 0 : output.length).buffer)
  })
}

/** The journals whose outcomes change when the behaviour does. */
const shownBy: Readonly<Record<keyof typeof Behaviour, readonly string[]>> = {
  FEE_HALF_EVEN: ['steps', 'late-activation'],
  BOUNDED_STEPS: ['steps', 'prevented-quantity', 'full-step', 'compact-stops', 'late-activation'],
  DOCUMENTED_RULES: ['documented-rules', 'late-activation'],
  PREVENTED_QUANTITY: ['prevented-quantity', 'compact-fills'],
  AGGREGATE_IDS: ['aggregate-ids', 'steps', 'late-activation'],
  RETRY_SHARES: ['retry-shares'],
  COMPACT_FILLS: ['compact-fills', 'compact-stops'],
  OWN_IN_QUOTE: ['own-in-quote'],
}

test.each(Object.entries(shownBy))('%s changes the outcomes of its journals', (name, journals) => {
  const behaviour = Behaviour[name as keyof typeof Behaviour]
  for (const file of journals) {
    const journal = golden(`${file}.txt`)
    const { supportedBehaviours = [] } = journal.options
    const others = supportedBehaviours.filter((supported) => supported !== behaviour)
    const without = outcomes(journal, others)
    const differs = outcomes(journal, supportedBehaviours).some((outcome, index) => !outcome.equals(without[index]!))
    expect(differs, file).toBe(true)
  }
})

test('orders, cascades of stops and cancels continue in later commands', () => {
  const works = (file: string): number[] => {
    const journal = golden(`${file}.txt`)
    const exchange = new Exchange(journal.options)
    const found: number[] = []
    for (const [index, { command, time }] of journal.commands.entries()) {
      exchange.output.clear()
      exchange.execute(command, index + 1, time)
      for (const event of readOutcome(exchange.output.words, 0).events) {
        if (event.kind === EventKind.WORK) found.push(event.work)
      }
    }
    return found
  }
  expect(new Set(works('steps'))).toEqual(new Set(Object.values(WorkKind)))
  expect(works('full-step')).toEqual([WorkKind.ORDER, WorkKind.NONE])
})

test('plain Node computes the same, with no permission but to read', () => {
  const program = new URL('../testing/replay-golden.ts', import.meta.url)
  const core = fileURLToPath(new URL('../', import.meta.url))
  const args = ['--permission', `--allow-fs-read=${core}`, '--no-warnings', fileURLToPath(program)]
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  expect(stderr).toBe('')
  expect(stdout.match(/ same$/gm)).toHaveLength(files.length)
  expect(status).toBe(0)
})
