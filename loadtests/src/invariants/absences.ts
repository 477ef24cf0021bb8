import { nothingGivenUp, type GivenUp } from './given-up.ts'
import { acceptedName, type OrderRecord } from '../reconcile/order-record.ts'

/** An order of unknown outcome whose trader was told, on a query, that it does not exist. */
export interface Absence {
  readonly account: number
  readonly clientId: string
  /** The sequence whose state the answer shows. */
  readonly sequence: number
}

/** I4: an order that was given up, and that a query did not find, is never placed. */
export class Absences {
  readonly #told: Absence[] = []

  get count(): number {
    return this.#told.length
  }

  told(absence: Absence): void {
    this.#told.push(absence)
  }

  /** @param sequences at which each order of the record was accepted */
  check(
    record: Pick<OrderRecord, 'accepted'>,
    sequences: ReadonlyMap<number, number>,
    givenUp: GivenUp = nothingGivenUp,
  ): string[] {
    return this.#told.flatMap(({ account, clientId, sequence }) =>
      (record.accepted.get(acceptedName(account, clientId)) ?? [])
        .map((orderId) => sequences.get(orderId) ?? 0)
        .filter((accepted) => accepted > sequence && !givenUp.has(sequence))
        .map((accepted) => `I4: ${clientId} did not exist at ${sequence} and came to life at ${accepted}`),
    )
  }
}
