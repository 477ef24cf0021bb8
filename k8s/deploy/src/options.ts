import { commandLine, positiveNumber, someText, type Command } from '@uptick/commandline'
import { ROLL_LIMITS, type RollLimits } from './roll.ts'

export interface DeployCommand {
  readonly overlay: string
  readonly image: string | undefined
  readonly limits: RollLimits
}

const deployAbout = `Deploys a version on Kubernetes, in the cluster of the current kubeconfig.

Applies settings, services and policies first, then the migration, then recorder, engines and gateways one after the
other. Rolls back when a pod does not start, nothing moves, no engine leads or errors rise. A second deployment at the
same time is refused. Ends with 0 when the version is deployed, with 1 when it was rolled back.`

const deployExamples = `
  npm run deploy -- local --image uptick:0.2.0
  npm run deploy -- production --image 0.2.0`

const rollbackAbout = `Returns to the previous release at once.

Returns to the last good release when the newest is not complete, else to the one before it. Ends with 0 when every pod
is of that release and ready, and says how long that took.`

const OVERLAY = 'local, staging or production'

interface DeployFlags {
  readonly image?: string
  readonly stall: number
}

/** What stands after `npm run deploy --`. */
export function deployCommandLine(run: (command: DeployCommand) => Promise<void>): Command {
  return commandLine('npm run deploy --', deployAbout)
    .argument('<overlay>', OVERLAY)
    .option(
      '--image <image>',
      'name:tag, or a tag of the image that the overlay names (default: that of the overlay)',
      someText,
    )
    .option(
      '--stall <seconds>',
      'roll back when nothing has moved for this long',
      positiveNumber,
      ROLL_LIMITS.stallMs / 1000,
    )
    .addHelpText('after', deployExamples)
    .action((overlay: string, { image, stall }: DeployFlags) =>
      run({ overlay, image, limits: { ...ROLL_LIMITS, stallMs: stall * 1000 } }),
    )
}

/** What stands after `npm run rollback --`. */
export function rollbackCommandLine(run: (overlay: string) => Promise<void>): Command {
  return commandLine('npm run rollback --', rollbackAbout)
    .argument('<overlay>', OVERLAY)
    .action((overlay: string) => run(overlay))
}
