/** A plausible bug: a text that occurs once in its file, and its replacement. */
export interface Mutation {
  /** Path from the root of the repository. */
  readonly file: string
  readonly find: string
  readonly replace: string
  /** Files of the room's fast tests, from the root; one of them must fail. */
  readonly tests: readonly string[]
  /** Why no test could notice it: it is listed, and not run. */
  readonly equivalent?: string | undefined
}

/** The mutations of one room. */
export interface Room {
  readonly name: string
  readonly mutations: readonly Mutation[]
}

/** `[find, replace]`, and the reason when no test could notice it. */
export type Change = readonly [find: string, replace: string, equivalent?: string]

/** Mutations of one file that the same tests must notice. */
export function mutationsOf(file: string, tests: readonly string[], changes: readonly Change[]): Mutation[] {
  return changes.map(([find, replace, equivalent]) => ({ file, find, replace, tests, equivalent }))
}

/**
 * The text of the file with the bug.
 *
 * @throws Error unless the text to find occurs exactly once, and differs from its replacement
 */
export function mutated({ file, find, replace }: Mutation, text: string): string {
  const at = text.indexOf(find)
  const count = text.split(find).length - 1
  if (count !== 1 || find === replace) throw new Error(`${file} has ${JSON.stringify(find)} ${count} times, not once`)
  return text.slice(0, at) + replace + text.slice(at + find.length)
}
