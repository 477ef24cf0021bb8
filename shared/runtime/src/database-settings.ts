import { Type } from 'typebox'
import type { ServiceContext } from './service.ts'

/** Settings of a service that works on PostgreSQL; spread them into its schema. */
export const databaseSettings = {
  CONNECTIONS_PLANNED: Type.Integer({
    minimum: 0,
    default: 0,
    description: 'connections to PostgreSQL of all processes of the exchange, to check at the start; 0: not known',
  }),
}

/** Say what an operator should put right, or that it is right: as an advisory condition, and as a line of the log. */
export function advise(
  { lifecycle, log }: Pick<ServiceContext<unknown>, 'lifecycle' | 'log'>,
  name: string,
  problem: string | undefined,
): void {
  lifecycle.note(name, problem === undefined, problem ?? '')
  if (problem !== undefined) log.warn({ condition: name }, problem)
}
