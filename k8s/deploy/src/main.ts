import { deploy } from './deploy.ts'
import { deployHelp, parseDeploy, parseRollback, rollbackHelp } from './options.ts'
import { exitWhenAsked } from './own-child.ts'
import { rollback } from './rollback.ts'

const out = process.stdout
exitWhenAsked()

try {
  const [verb, ...args] = process.argv.slice(2)
  await (verb === 'rollback' ? goBack(args) : bringUp(args))
} catch (error) {
  process.stderr.write(`${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}\n`)
  process.exitCode = 1
}

async function bringUp(args: readonly string[]): Promise<void> {
  const command = parseDeploy(args)
  if (command === undefined) return void out.write(deployHelp)
  const { replaced, seconds, failure } = await deploy({ ...command, out })
  const took = `${seconds.toFixed(1)} s`
  if (failure === undefined)
    return void out.write(replaced.length === 0 ? `Nothing had to be replaced (${took}).\n` : `Up after ${took}.\n`)
  out.write(`Rolled back after ${took}: ${failure}.\n`)
  process.exitCode = 1
}

async function goBack(args: readonly string[]): Promise<void> {
  const overlay = parseRollback(args)
  if (overlay === undefined) return void out.write(rollbackHelp)
  const { replaced, seconds } = await rollback({ overlay, out })
  out.write(
    `${replaced.length === 0 ? 'Nothing to go back to' : `Back: ${replaced.join(', ')}`} (${seconds.toFixed(1)} s).\n`,
  )
  if (replaced.length === 0) process.exitCode = 1
}
