import type { AccountRegister } from './account-register.ts'
import type { FeeDefinition } from './definition.ts'
import { canonicalJson } from './listing.ts'
import type { SnapshotReader, SnapshotWriter } from './snapshot-words.ts'

/** Lists up to this length are in the head of a snapshot, where every release can read them. */
const INLINE_MAX = 100_000
/** Entries in one part: its text stays far below the longest possible string, whatever the labels are. */
const PART_ENTRIES = 65_536

/**
 * Labels and own fees of accounts in the head of a snapshot. With `parts` both follow the head, in so many texts each.
 */
export interface AccountLists {
  readonly labels: readonly string[]
  readonly fees: readonly (readonly FeeDefinition[])[]
  readonly parts?: readonly [labels: number, fees: number]
}

/** The lists as the head has them. One text for millions of labels would be longer than a string can be. */
export function accountLists({ labels, fees, feeCount }: AccountRegister): AccountLists {
  if (labels.length <= INLINE_MAX && feeCount <= INLINE_MAX) return { labels, fees: [...fees.values()] }
  return { labels: [], fees: [], parts: [partsOf(labels.length), partsOf(fees.size)] }
}

export function writeAccountParts(
  { labels, fees }: AccountRegister,
  { parts }: AccountLists,
  to: SnapshotWriter,
): void {
  if (!parts) return
  writeParts(labels, to)
  writeParts([...fees.values()], to)
}

/** Fill an empty register from a snapshot. */
export function readAccountLists(accounts: AccountRegister, lists: AccountLists, reader: SnapshotReader): void {
  const { labels, fees, parts } = lists
  accounts.labels.length = 0
  for (const label of labels) accounts.labels.push(label)
  for (const own of fees) accounts.adoptFees(own)
  const [labelParts, feeParts] = parts ?? [0, 0]
  for (let part = 0; part < labelParts; part++) {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a snapshot's hash is right
    for (const label of JSON.parse(reader.text()) as string[]) accounts.labels.push(label)
  }
  for (let part = 0; part < feeParts; part++) {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a snapshot's hash is right
    for (const own of JSON.parse(reader.text()) as FeeDefinition[][]) accounts.adoptFees(own)
  }
  accounts.count = accounts.labels.length - 1
}

function partsOf(entries: number): number {
  return Math.ceil(entries / PART_ENTRIES)
}

function writeParts(entries: readonly unknown[], to: SnapshotWriter): void {
  for (let from = 0; from < entries.length; from += PART_ENTRIES) {
    to.text(canonicalJson(entries.slice(from, from + PART_ENTRIES)))
  }
}
