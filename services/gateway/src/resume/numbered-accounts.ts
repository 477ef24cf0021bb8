import type { EngineLink } from '../engine-link/link.ts'
import { AccountSource } from './account-source.ts'
import { NumberedHub } from './numbered-hub.ts'
import type { NumberedHubOptions } from './numbered-hub.ts'
import type { NumberedSubscriber } from './subscription.ts'
import { accountOf } from '../feed/walk.ts'

export interface NumberedAccountsOptions extends Omit<NumberedHubOptions, 'keyOf'> {
  readonly link: Pick<EngineLink, 'catalogue' | 'query'>
}

/** Numbered private streams, one for each account. */
export class NumberedAccounts {
  readonly hub: NumberedHub
  readonly #link: NumberedAccountsOptions['link']

  constructor(options: NumberedAccountsOptions) {
    this.#link = options.link
    this.hub = new NumberedHub({ ...options, keyOf: accountOf })
  }

  /** Returns what ends it. `id` is the subscription's, as its events carry it. */
  subscribe(account: number, id: number, subscriber: NumberedSubscriber, position: number | undefined): () => void {
    const name = String(account)
    const envelope = { head: `{"subscriptionId":${id}`, list: 'events' }
    const source = (): AccountSource => new AccountSource(account, this.#link)
    const subscription = this.hub.subscribe(name, source, { subscriber, envelope, position })
    return () => this.hub.unsubscribe(name, subscription)
  }
}
