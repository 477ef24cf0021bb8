/**
 * What the running exchange says of itself over its operator API; an `OperatorClient` is one. The only witness that has
 * to be asked: everything else can be compared when the exchange is gone.
 */
export interface ExchangeWitness {
  /** `GET /status`: the engine's sequence and running hash. */
  call<Answer>(method: string, path: string): Promise<Answer>
  /** Sums over all accounts, decimal text by asset. */
  totals(): Promise<{ readonly totals: readonly Readonly<Record<string, string>>[] }>
}
