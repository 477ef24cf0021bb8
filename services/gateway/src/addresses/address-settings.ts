import { AddressError, AddressRanges, ConfigError } from '@uptick/runtime'

/** Who is believed when it says who its client is. */
export interface AddressSettings {
  /** What they write into `X-Forwarded-For`. */
  readonly proxies: AddressRanges
  /** What they send ahead of each connection by the PROXY protocol. */
  readonly balancers: AddressRanges
}

/** @throws ConfigError that names the setting, and what in it is no address and no range */
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
