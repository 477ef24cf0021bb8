import { FaultyProxy } from '@uptick/journal/testing'
import { readSettings } from '@uptick/data-folder'

/** What stands before the two engines of an exchange, in their order, for the gateways and for the other engine. */
export class LinkProxies {
  readonly proxies: readonly FaultyProxy[]

  private constructor(proxies: readonly FaultyProxy[]) {
    this.proxies = proxies
  }

  /** @param folder of the exchange, which need not run yet */
  static async start(folder: string): Promise<LinkProxies> {
    const portOf = (engine: number): number => readSettings(folder)?.ports[`link-${engine}`] ?? 0
    const inFrontOf = (engine: number) => FaultyProxy.inFrontOf(() => `ws://127.0.0.1:${portOf(engine)}`)
    return new LinkProxies(await Promise.all([1, 2].map((engine) => inFrontOf(engine))))
  }

  /** For the exchange: `LINK_URLS`. */
  get urls(): string {
    return this.proxies.map((proxy) => proxy.url('ws://engine/link')).join(',')
  }

  async close(): Promise<void> {
    await Promise.all(this.proxies.map((proxy) => proxy.close()))
  }
}
