import { nothingGivenUp, type GivenUp } from './given-up.ts'
import { acceptedName, type OrderRecord } from '../reconcile/order-record.ts'

/** An order of unknown outcome that its gateway reports as resolved. */
export interface Resolution {
  readonly account: number
  readonly clientId: string
  /** Last sequence that the gateway had received when the order was resolved. */
  readonly sequence: number
}

/** I4: an order of unknown outcome is in the journal, complete, by the time it is resolved; or it is never placed. */
export class Resolutions {
  readonly #resolved: Resolution[] = []

  get count(): number {
    return this.#resolved.length
  }

  resolved(resolution: Resolution): void {
    this.#resolved.push(resolution)
  }

  /** @param sequences at which each order of the record was accepted */
  check(
    record: Pick<OrderRecord, 'accepted'>,
    sequences: ReadonlyMap<number, number>,
    givenUp: GivenUp = nothingGivenUp,
  ): string[] {
    return this.#resolved.flatMap(({ account, clientId, sequence }) =>
      (record.accepted.get(acceptedName(account, clientId)) ?? [])
        .map((orderId) => sequences.get(orderId) ?? 0)
        .filter((accepted) => accepted > sequence && !givenUp.has(sequence))
        .map((accepted) => `I4: ${clientId} was resolved at ${sequence} and came to be at ${accepted}`),
    )
  }
}
