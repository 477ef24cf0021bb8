import { AddressError, AddressRanges, ConfigError } from '@uptick/runtime'

/** Which peers are trusted to say who their client is. */
export interface AddressSettings {
  /** Proxies whose `X-Forwarded-For` is trusted. */
  readonly proxies: AddressRanges
  /** Balancers that announce each connection by the PROXY protocol. */
  readonly balancers: AddressRanges
}

/** @throws ConfigError that names the setting, and the entry that is neither an address nor a range */
export function addressSettings(config: Readonly<Record<'TRUST_PROXY' | 'PROXY_PROTOCOL', string>>): AddressSettings {
  return { proxies: rangesOf(config, 'TRUST_PROXY'), balancers: rangesOf(config, 'PROXY_PROTOCOL') }
}

function rangesOf<Name extends string>(config: Readonly<Record<Name, string>>, name: Name): AddressRanges {
  try {
    return AddressRanges.parseList(config[name])
  } catch (error) {
    if (!(error instanceof AddressError)) throw error
    throw new ConfigError([`${name}: ${error.message}`])
  }
}
