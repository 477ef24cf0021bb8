import { nothingGivenUp, type GivenUp } from './given-up.ts'
import { acceptedName, type OrderRecord } from '../reconcile/order-record.ts'

/** An order of unknown outcome whose gateway says that it is resolved by now. */
export interface Resolution {
  readonly account: number
  readonly clientId: string
  /** Last sequence that the gateway had heard of when it was resolved. */
  readonly sequence: number
}

/** I4: an order whose outcome was unknown is there by the time that it is resolved, whole, or it never comes to be. */
export class Resolutions {
  readonly #resolved: Resolution[] = []

  get count(): number {
    return this.#resolved.length
  }

  resolved(resolution: Resolution): void {
    this.#resolved.push(resolution)
  }

  /** @param sequences where each order of the record was accepted */
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
