import { EXIT_USAGE, Problem } from '@uptick/commandline'
import { exchangeOn } from '@uptick/data-folder'
import { OperatorClient } from './client.ts'

export interface FoundExchange {
  readonly operator: OperatorClient
  /** Base of REST and WebSocket; undefined when only the operator API is known. */
  readonly url: string | undefined
}

/**
 * The exchange to operate: OPERATOR_URL and OPERATOR_TOKEN when they are set, else the one that runs on the data folder.
 *
 * @throws Problem that says how to name one
 */
export function findExchange(folder: string, environment: NodeJS.ProcessEnv): FoundExchange {
  const { OPERATOR_URL: url, OPERATOR_TOKEN: token, UPTICK_URL: publicUrl } = environment
  if ((url ?? '') !== '' && (token ?? '') === '')
    throw new Problem(
      'OPERATOR_URL is set, and OPERATOR_TOKEN is not. On Kubernetes kubectl reads it from a Secret (k8s/README.md says how), for which it needs a kubeconfig with a current context.',
      EXIT_USAGE,
    )
  if (url !== undefined && token !== undefined)
    return { operator: new OperatorClient(url.replace(/\/$/, ''), token), url: publicUrl }
  const found = exchangeOn(folder)
  if (found === undefined)
    throw new Problem(
      `No exchange runs on ${folder}: start one with "npm start", name its folder with --data, or set OPERATOR_URL and OPERATOR_TOKEN.`,
    )
  const { running, settings } = found
  return { operator: new OperatorClient(running.operatorUrl, settings.operatorToken), url: running.url }
}
