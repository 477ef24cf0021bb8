import { existsSync } from 'node:fs'
import { complain, messageOf, Problem, runCommand } from '@uptick/commandline'
import { surviveOutput } from '@uptick/runtime'
import { PostgresError } from '@uptick/postgres'
import { OperatorClient } from '@uptick/operator'
import { DataFolder } from './folder/data-folder.ts'
import { diskProblem, isDiskFull } from './machine/disk.ts'
import { stopLeftovers } from './processes/leftovers.ts'
import { endedHow, grantedMemory, memoryRemark } from './machine/memory.ts'
import { startCommandLine, type Options } from './terminal/options.ts'
import { checkPort } from './machine/ports.ts'
import { readyScreen, styleOf } from './terminal/screen.ts'
import { botEnvironment, seedBot, seedDemo } from './demo/seed.ts'
import { Supervisor } from './supervisor.ts'
import { Wait } from './terminal/wait.ts'

const PARENT_POLL_MS = 500
/** A terminal signals npm and this process, and npm passes it on: two signals within this time are one Ctrl-C, ms. */
const SAME_SIGNAL_MS = 1_000

const style = styleOf(process.stdout)
surviveOutput()

await runCommand(
  startCommandLine(process.env, (options) =>
    run(options).catch((error: unknown) => {
      throw explained(error)
    }),
  ),
)

async function run(options: Options): Promise<void> {
  const memory = memoryRemark(grantedMemory())
  if (memory !== undefined) note(memory)
  const folder = DataFolder.open(options.folder)
  const wait = new Wait(note)
  wait.begin(options.databaseUrl === undefined && !existsSync(folder.file('postgres')))
  await stopLeftovers(folder.path, note)
  await checkPort(options.host, options.port).catch((error: unknown) => {
    folder.release()
    throw error
  })
  const supervisor = new Supervisor(options, folder, {
    onStep: (what) => wait.step(what),
    onLog: (problem) => note(problem),
    onRestart: (name, how, delayMs) => {
      const full = diskProblem(folder.path)
      const cause = full === undefined ? endedHow(how) : `${how}; ${full}`
      note(`${name} ended (${cause}); starting it again in ${delayMs} ms`)
    },
    onDisk: (problem) =>
      note(
        problem === undefined
          ? `${folder.path} has room again`
          : `${problem}: lines of logs are dropped until there is room`,
      ),
  })
  const stop = (): void => {
    wait.end()
    void end(supervisor, folder, process.exitCode)
  }
  // A terminal that closes also ends npm: two signs of one event.
  const stopOnce = (): void => void (supervisor.isStopping || stop())
  let askedAt = Number.NEGATIVE_INFINITY
  const asked = (): void => {
    if (performance.now() - askedAt < SAME_SIGNAL_MS) return
    askedAt = performance.now()
    stop()
  }
  process.on('SIGINT', asked)
  process.on('SIGTERM', asked)
  process.on('SIGHUP', stopOnce)
  if (process.env['npm_lifecycle_event'] === 'start') onParentGone(stopOnce)
  try {
    await supervisor.start()
    if (supervisor.isStopping) return
    const operator = new OperatorClient(supervisor.operatorUrl, folder.settings.operatorToken)
    wait.step('listing')
    await seedDemo(operator, folder)
    if (options.marketMaker) {
      await seedBot(operator, folder)
      await supervisor.startMarketMaker(botEnvironment(folder, supervisor.url, options.tls))
    }
    const { demoKeys } = folder.settings
    const remarks = await supervisor.remarks()
    wait.end()
    process.stdout.write(`${readyScreen(options, supervisor.url, { keys: demoKeys, remarks }, style)}\n`)
  } catch (error) {
    if (supervisor.isStopping) return
    wait.end()
    complain(explained(error))
    await end(supervisor, folder, 1)
  }
}

/** An npm that was killed with -9 cannot pass a signal on. Its child gets another parent instead. */
function onParentGone(stop: () => void): void {
  const parent = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(timer)
    stop()
  }, PARENT_POLL_MS)
  timer.unref()
}

async function end(supervisor: Supervisor, folder: DataFolder, code: typeof process.exitCode): Promise<void> {
  const began = performance.now()
  if (!supervisor.isStopping) note('stopping')
  await supervisor.stop()
  folder.release()
  note(`stopped in ${((performance.now() - began) / 1000).toFixed(1)} s`)
  process.exit(code ?? 0)
}

function note(text: string): void {
  process.stdout.write(style.dim(`  ${new Date().toISOString().slice(11, 23)}  ${text}\n`))
}

/** A user can fix a full disk, and what keeps PostgreSQL from starting. */
function explained(error: unknown): unknown {
  if (error instanceof PostgresError) return new Problem(error.message)
  return isDiskFull(error) ? new Problem(`There is no room on the disk: ${messageOf(error)}.`) : error
}
