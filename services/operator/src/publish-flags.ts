import { setTimeout as delay } from 'node:timers/promises'
import { configured, Command, EXIT_USAGE, Problem, wholeNumber } from '@uptick/commandline'
import { FLAG_NAMES, FLAGS, strategyOf } from '@uptick/runtime/declared-flags'
import { examplesText } from './help.ts'
import { ENVIRONMENT_DEFAULT, UnleashAdmin, UnleashAway } from './unleash-admin.ts'

const AGAIN_MS = 1_000

const about = `Makes the declared feature flags in an Unleash server, each with its default. Flags that are there stay as they are.`

const more = `
UNLEASH_URL is the server, such as http://unleash:4242, UNLEASH_ADMIN_TOKEN a token of its admin API, and UNLEASH_ENVIRONMENT
the environment in which the flags are switched on (default: ${ENVIRONMENT_DEFAULT}).
${examplesText(['publish-flags', 'publish-flags --wait 60'])}`

/** `npm run operator -- publish-flags`, which asks no exchange. */
export function publishFlagsCommand(environment: NodeJS.ProcessEnv): Command {
  return configured(new Command('publish-flags'))
    .summary('make the declared feature flags in an Unleash server')
    .description(about)
    .option('--wait <seconds>', 'how long to try while the server cannot be reached', wholeNumber(0), 0)
    .addHelpText('after', more)
    .action(async ({ wait }: { readonly wait: number }) => {
      const made = await patiently(adminOf(environment), wait * 1_000)
      process.stdout.write(made.length === 0 ? 'All flags are there.\n' : `New: ${made.join(', ')}.\n`)
    })
}

/** Make the declared flags that are missing, each as it begins. @returns their names @throws Problem */
export function publishFlags(unleash: UnleashAdmin): Promise<readonly string[]> {
  const flags = FLAG_NAMES.map((name) => {
    const { purpose, kind, default: isOn } = FLAGS[name]
    return { name, description: purpose, type: kind, isOn, strategy: strategyOf(name) }
  })
  return unleash.publish(flags)
}

async function patiently(unleash: UnleashAdmin, waitMs: number): Promise<readonly string[]> {
  for (const began = performance.now(); ; await delay(AGAIN_MS)) {
    try {
      return await publishFlags(unleash)
    } catch (error) {
      if (!(error instanceof UnleashAway) || performance.now() - began > waitMs) throw error
    }
  }
}

/** @throws Problem when the environment does not name a server */
function adminOf(environment: NodeJS.ProcessEnv): UnleashAdmin {
  const { UNLEASH_URL: url = '', UNLEASH_ADMIN_TOKEN: token = '' } = environment
  if (url === '' || token === '') throw new Problem('UNLEASH_URL and UNLEASH_ADMIN_TOKEN are not both set.', EXIT_USAGE)
  return new UnleashAdmin(url, token, environment['UNLEASH_ENVIRONMENT'])
}
