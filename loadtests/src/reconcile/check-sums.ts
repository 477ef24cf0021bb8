import { unitsOf } from '../client/decimal.ts'
import type { ExchangeWitness } from './exchange-witness.ts'
import type { JournalTruth } from './journal-truth.ts'

/** The part of the journal's truth that is used. */
interface Truth {
  readonly exchange: Pick<JournalTruth['exchange'], 'catalogue' | 'totals'>
}

/**
 * Money is conserved, in the running engine and in the replay, and the two agree: for every asset free + locked + fees
 * = deposits − withdrawals. Nothing may trade meanwhile. Without an engine only the replay is checked.
 *
 * @returns the violations, one sentence each
 */
export async function checkSums(operator: ExchangeWitness | undefined, truth: Truth): Promise<string[]> {
  const findings = conservationOf(truth)
  if (!operator) return findings
  const { assets } = truth.exchange.catalogue()
  const { totals } = await operator.totals()
  for (const { asset, free, locked, fees } of truth.exchange.totals()) {
    const { code, decimals } = assetOf(assets, asset)
    const shown = totals.find((total) => total['asset'] === code)
    const engine = ['free', 'locked', 'fees', 'deposits', 'withdrawals'].map((name) =>
      unitsOf(shown?.[name] ?? '0', decimals),
    )
    const [engineFree = 0n, engineLocked = 0n, engineFees = 0n, engineIn = 0n, engineOut = 0n] = engine
    if (engineFree + engineLocked + engineFees !== engineIn - engineOut)
      findings.push(`the engine does not conserve ${code}`)
    if (engineFree !== free || engineLocked !== locked || engineFees !== fees)
      findings.push(`the engine's sums of ${code} are not the journal's`)
  }
  return findings
}

function assetOf<Asset>(assets: readonly Asset[], asset: number): Asset {
  const found = assets[asset]
  if (found === undefined) throw new Error(`the catalogue has no asset ${asset}`)
  return found
}

function conservationOf({ exchange }: Truth): string[] {
  const { assets } = exchange.catalogue()
  return exchange
    .totals()
    .filter(({ free, locked, fees, deposits, withdrawals }) => free + locked + fees !== deposits - withdrawals)
    .map(({ asset }) => `the journal does not conserve ${assetOf(assets, asset).code}`)
}
