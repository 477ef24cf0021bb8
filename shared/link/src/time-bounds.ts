/** How long a silent leader keeps the shard. */
export const LEASE_MS_DEFAULT = 1_500

/** How long gateways hold requests while there is no leader. Longer than a lease and the take-over that follows it. */
export const HOLD_MS_DEFAULT = 4_000
