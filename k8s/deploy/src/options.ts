import { parseArgs } from 'node:util'
import { ROLL_LIMITS, type RollLimits } from './roll.ts'

export interface DeployCommand {
  readonly overlay: string
  readonly image: string | undefined
  readonly limits: RollLimits
}

export const deployHelp = `Brings a version up on Kubernetes, in the cluster of the current kubeconfig.

  npm run deploy -- local --image uptick:0.2.0
  npm run deploy -- production --image 0.2.0

  --image IMAGE     name:tag, or a tag of the image that the overlay names; what the overlay says unless told
  --stall SECONDS   goes back when nothing has moved for so long, 120 unless told

Settings, services and policies first, then the migration, then recorder, engines and gateways one after the other. Goes
back to what was there before when a pod does not start, nothing moves, nobody leads or errors rise. One at a time: a second
deployment is refused. Ends with 0 when the version is up, 1 when it went back.
`

export const rollbackHelp = `Goes back to the release before, at once.

  npm run rollback -- production

To the last good one when the newest is not whole, else to the one before it. Ends with 0 when every pod is of that
release and ready, and says how long that took.
`

/** @returns undefined when help was asked for @throws Error for what cannot be understood */
export function parseDeploy(args: readonly string[]): DeployCommand | undefined {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      image: { type: 'string' },
      stall: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) return undefined
  const stall = Number(values.stall ?? ROLL_LIMITS.stallMs / 1000)
  if (!(stall > 0)) throw new Error(`--stall ${values.stall}: a number of seconds is needed`)
  const limits = { ...ROLL_LIMITS, stallMs: stall * 1000 }
  return { overlay: onlyOverlay(positionals), image: values.image, limits }
}

/** The overlay's name; undefined when help was asked for. @throws Error for what cannot be understood */
export function parseRollback(args: readonly string[]): string | undefined {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { help: { type: 'boolean', short: 'h', default: false } },
  })
  return values.help ? undefined : onlyOverlay(positionals)
}

function onlyOverlay(positionals: readonly string[]): string {
  const [overlay, ...others] = positionals
  if (overlay === undefined || others.length > 0) throw new Error('name one overlay: local, staging or production')
  return overlay
}
