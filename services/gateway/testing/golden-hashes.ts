export type Hashes = Readonly<Record<string, string>>

/**
 * What the file of golden hashes holds after a run that came to `found`. `mode` is the variable `GOLDEN`: `write` adds
 * what is new and keeps what is there, `overwrite` takes everything as it was found.
 */
export function hashesAfter(mode: string | undefined, recorded: Hashes, found: Hashes): Hashes {
  if (mode === 'overwrite') return found
  // In the order of what was found, so that a new hash stands beside its like.
  return mode === 'write' ? { ...found, ...recorded } : recorded
}
