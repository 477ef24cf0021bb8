import { EXIT_FAILED, Problem, runCommand, undoWhenInterrupted } from '@uptick/commandline'
import { needCluster } from './current-cluster.ts'
import { deploy } from './deploy.ts'
import { deployCommandLine, rollbackCommandLine, type DeployCommand } from './options.ts'
import { rollback } from './rollback.ts'

const out = process.stdout
undoWhenInterrupted()

const [verb, ...args] = process.argv.slice(2)
await runCommand(verb === 'rollback' ? rollbackCommandLine(goBack) : deployCommandLine(bringUp), args)

async function bringUp(command: DeployCommand): Promise<void> {
  await needCluster(process.env)
  const { replaced, seconds, failure } = await deploy({ ...command, out }).catch(stopped)
  const took = `${seconds.toFixed(1)} s`
  if (failure === undefined)
    return void out.write(replaced.length === 0 ? `Nothing had to be replaced (${took}).\n` : `Up after ${took}.\n`)
  out.write(`Rolled back after ${took}: ${failure}.\n`)
  process.exitCode = EXIT_FAILED
}

async function goBack(overlay: string): Promise<void> {
  await needCluster(process.env)
  const { replaced, seconds } = await rollback({ overlay, out }).catch(stopped)
  out.write(
    `${replaced.length === 0 ? 'Nothing to go back to' : `Back: ${replaced.join(', ')}`} (${seconds.toFixed(1)} s).\n`,
  )
  if (replaced.length === 0) process.exitCode = EXIT_FAILED
}

/** What kubectl and the cluster say is a sentence already. */
function stopped(error: unknown): never {
  throw new Problem(error instanceof Error ? `${error.name}: ${error.message}` : String(error))
}
