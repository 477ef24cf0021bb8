import { processName, processStart, type ServiceContext } from '@uptick/runtime'
import type { GatewayConfig } from './config.ts'
import type { ProcessReport } from './overview/overview.ts'

/** What this gateway says of itself to operators. */
export function reportOf({ config, lifecycle }: ServiceContext<GatewayConfig>): ProcessReport {
  const process = processName(config.INSTANCE)
  return {
    facts: { name: config.INSTANCE, process, release: config.RELEASE, startedAt: processStart() },
    isReady: () => lifecycle.readiness().ok,
    unmet: () => lifecycle.unmet(),
  }
}
