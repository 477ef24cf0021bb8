/** Processes to scrape, as the configuration of Prometheus has them. */
export interface Targets {
  readonly targets: readonly string[]
  readonly labels: Readonly<Record<string, string>>
}

/** @param ops URL of the ops port of each process, by the name of the process, which becomes the instance */
export function targetsOf(ops: Readonly<Record<string, string>>): readonly Targets[] {
  return Object.entries(ops).map(([instance, url]) => {
    const { host, protocol } = new URL(url)
    return { targets: [host], labels: { instance, __scheme__: protocol.slice(0, -1) } }
  })
}
