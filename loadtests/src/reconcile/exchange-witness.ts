/**
 * What the running exchange reports about itself over its operator API; an `OperatorClient` is one. It is the only
 * witness that needs a running exchange.
 */
export interface ExchangeWitness {
  /** `GET /status`: the engine's sequence and running hash. */
  call<Answer>(method: string, path: string): Promise<Answer>
  /** Totals over all accounts, decimal text by asset. */
  totals(): Promise<{ readonly totals: readonly Readonly<Record<string, string>>[] }>
}
