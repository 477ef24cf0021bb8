import { surviveOutput } from '@uptick/runtime'
import { DataFolder } from './data-folder.ts'
import { diskProblem, isDiskFull } from './disk.ts'
import { stopLeftovers } from './leftovers.ts'
import { help, parseOptions, type Options } from './options.ts'
import { OperatorClient } from './operator/client.ts'
import { checkPort } from './ports.ts'
import { messageOf, Problem } from './problem.ts'
import { readyScreen, styleOf } from './screen.ts'
import { botEnvironment, seedBot, seedDemo } from './seed.ts'
import { Supervisor } from './supervisor.ts'

const PARENT_POLL_MS = 500

const style = styleOf(process.stdout)
surviveOutput()

try {
  const options = parseOptions(process.argv.slice(2), process.env)
  if (options === undefined) process.stdout.write(help)
  else await run(options)
} catch (error) {
  complain(error)
  process.exitCode = 1
}

async function run(options: Options): Promise<void> {
  const folder = DataFolder.open(options.folder)
  await stopLeftovers(folder.path)
  await checkPort(options.host, options.port).catch((error: unknown) => {
    folder.release()
    throw error
  })
  const supervisor = new Supervisor(options, folder, {
    onStep: (what) => note(what),
    onRestart: (name, how, delayMs) => {
      const full = diskProblem(folder.path)
      const cause = full === undefined ? how : `${how}; ${full}`
      note(`${name} ended (${cause}); starting it again in ${delayMs} ms`)
    },
    onDisk: (problem) =>
      note(
        problem === undefined
          ? `${folder.path} has room again`
          : `${problem}: lines of logs are dropped until there is room`,
      ),
  })
  const stop = (): void => void end(supervisor, folder, process.exitCode)
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  process.on('SIGHUP', stop)
  if (process.env['npm_lifecycle_event'] === 'start') onParentGone(stop)
  try {
    await supervisor.start()
    if (supervisor.isStopping) return
    const operator = new OperatorClient(supervisor.operatorUrl, folder.settings.operatorToken)
    note('listing')
    await seedDemo(operator, folder)
    if (options.marketMaker) {
      await seedBot(operator, folder)
      await supervisor.startMarketMaker(botEnvironment(folder, supervisor.url, options.tls))
    }
    process.stdout.write(`${readyScreen(options, supervisor.url, folder.settings.demoKeys, style)}\n`)
  } catch (error) {
    if (supervisor.isStopping) return
    complain(error)
    await end(supervisor, folder, 1)
  }
}

/** npm that is killed with -9 cannot pass it on: what it started is then handed to another process. */
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

/** One sentence for what a person can put right, everything for what should not happen. */
function complain(error: unknown): void {
  const text =
    error instanceof Problem
      ? error.message
      : isDiskFull(error)
        ? `There is no room on the disk: ${messageOf(error)}.`
        : error instanceof Error
          ? (error.stack ?? error.message)
          : messageOf(error)
  process.stderr.write(`${text}\n`)
}
