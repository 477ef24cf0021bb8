import { causeOf, printable, Problem } from '@uptick/commandline'

const CALL_MS_MAX = 20_000
const TEXT_SHOWN_MAX = 200

/** The operator API refused something. */
export class OperatorError extends Problem {
  override readonly name = 'OperatorError'
  readonly status: number
  /** The core's name of a rejection (`ALREADY_EXISTS`), or one of the interface's own (`IN_DOUBT`). */
  readonly code: string

  constructor(status: number, code: string, message: string) {
    super(`${code}: ${message}`)
    this.status = status
    this.code = code
  }
}

export interface SymbolListing {
  readonly base: string
  readonly quote: string
  readonly priceDecimals: number
  readonly quantityDecimals: number
  readonly makerFee?: string
  readonly takerFee?: string
  /** Decimal text; see the operator API's schemas. */
  readonly filters?: Readonly<Record<string, string | number | boolean>>
}

export interface KeyRegistration {
  readonly label: string
  readonly type: 'HMAC' | 'ED25519' | 'RSA'
  readonly apiKey?: string
  readonly secret?: string
  readonly publicKey?: string
  readonly unlimited?: boolean
}

export interface AccountView {
  readonly account: number
  readonly label: string
  readonly status: string
  readonly balances: readonly { readonly asset: string; readonly free: string; readonly locked: string }[]
}

/** A part of the accounts, by number. */
export interface AccountList {
  readonly accounts: readonly Pick<AccountView, 'account' | 'label' | 'status'>[]
  /** Where the next part begins; undefined after the last one. */
  readonly next?: number
}

export interface TotalsView {
  readonly sequence: number
  readonly totals: readonly Readonly<Record<string, string>>[]
}

/** Calls of the operator API that programs make; a person's command line uses `call` for all of them. */
export class OperatorClient {
  readonly #url: string
  readonly #token: string

  constructor(url: string, token: string) {
    this.#url = url
    this.#token = token
  }

  assets(): Promise<readonly { code: string; decimals: number }[]> {
    return this.call('GET', '/assets')
  }

  symbols(): Promise<readonly { name: string }[]> {
    return this.call('GET', '/symbols')
  }

  addAsset(asset: { readonly code: string; readonly decimals: number }): Promise<unknown> {
    return this.call('POST', '/assets', asset)
  }

  addSymbol(symbol: SymbolListing): Promise<unknown> {
    return this.call('POST', '/symbols', symbol)
  }

  /** Its number. */
  async addAccount(label: string): Promise<number> {
    const { account } = await this.call<{ account: number }>('POST', '/accounts', { label })
    return account
  }

  /** Undefined when there is no such account. */
  async account(account: number): Promise<AccountView | undefined> {
    try {
      return await this.call<AccountView>('GET', `/accounts/${account}`)
    } catch (error) {
      if (error instanceof OperatorError && error.status === 404) return undefined
      throw error
    }
  }

  /** Accounts with a number above `after` whose label contains `label`. */
  accounts(label: string, after: number): Promise<AccountList> {
    return this.call('GET', `/accounts?label=${encodeURIComponent(label)}&after=${after}`)
  }

  deposit(account: number, funds: { asset: string; amount: string; reference?: string }): Promise<unknown> {
    return this.call('POST', `/accounts/${account}/deposits`, funds)
  }

  keys(account: number): Promise<readonly { apiKey: string; status: string }[]> {
    return this.call('GET', `/keys?account=${account}`)
  }

  /** With the secret, when it was generated. */
  addKey(account: number, key: KeyRegistration): Promise<{ apiKey: string; secret?: string }> {
    return this.call('POST', `/accounts/${account}/keys`, key)
  }

  totals(): Promise<TotalsView> {
    return this.call('GET', '/totals')
  }

  /**
   * One call; `path` begins with a slash. Answers with the parsed JSON.
   *
   * @throws OperatorError when it is refused, Problem when no gateway answers
   */
  async call<Answer>(method: string, path: string, body?: object): Promise<Answer> {
    const response = await this.#send(method, path, body)
    const text = await response.text()
    const answer = parsed(text)
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the operator's side answers this path so
    if (response.ok && answer !== undefined) return answer as Answer
    const error = errorIn(answer)
    if (error === undefined) throw new Problem(this.#isAnother(response.status, text))
    throw new OperatorError(response.status, error.code, error.message)
  }

  #isAnother(status: number, text: string): string {
    const shown = printable(text.slice(0, TEXT_SHOWN_MAX))
    return `${this.#url} is no operator API: it answers with ${status} ${shown}. Traders use another port than operators.`
  }

  async #send(method: string, path: string, body?: object): Promise<Response> {
    // One call now and then: a connection kept for the next would only have a gateway that leaves wait for it.
    const headers: Record<string, string> = { authorization: `Bearer ${this.#token}`, connection: 'close' }
    const request: RequestInit = { method, headers, signal: AbortSignal.timeout(CALL_MS_MAX) }
    if (body !== undefined) {
      headers['content-type'] = 'application/json'
      request.body = JSON.stringify(body)
    }
    try {
      return await fetch(this.#url + path, request)
    } catch (error) {
      throw new Problem(
        `The operator API at ${this.#url} does not answer: ${causeOf(error)}. On Kubernetes "kubectl port-forward" has to run.`,
      )
    }
  }
}

/** Undefined when it is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The reason in an answer of the operator API; undefined in what is none. */
function errorIn(answer: unknown): { readonly code: string; readonly message: string } | undefined {
  const { error } = (answer ?? {}) as { readonly error?: { readonly code?: string; readonly message?: string } }
  const { code, message } = error ?? {}
  return code === undefined || message === undefined ? undefined : { code, message }
}
