import { isCode, isTest, quotesRules, withoutComments, type Rule, type SourceFile } from './repository.ts'

/** Where the numbers are kept. */
export const ESCAPES_FILE = 'shared/tidy/escapes.json'

const disabled = /(?:oxlint|eslint)-disable/g
/** `value!`: behind a name, a call or an index, and no part of `!=`. */
const assertion = /[\w$)\]]!(?=[\s.,;()[\]}]|\+\+)/g
const text = /'[^'\n]*'|"[^"\n]*"/g

/** Ways out of what compiler and linter find, counted. */
function counted(files: readonly SourceFile[]): Record<string, number> {
  const code = files.filter((file) => isCode(file) && !quotesRules(file.path))
  const count = (chosen: readonly SourceFile[], read: (file: SourceFile) => string, pattern: RegExp): number =>
    chosen.reduce((sum, file) => sum + (read(file).match(pattern)?.length ?? 0), 0)
  const bare = (file: SourceFile): string => withoutComments(file.text).replaceAll(text, "''")
  return {
    suppressions: count(code, (file) => file.text, disabled),
    assertions: count(
      code.filter(({ path }) => !isTest(path)),
      bare,
      assertion,
    ),
    assertionsInTests: count(
      code.filter(({ path }) => isTest(path)),
      bare,
      assertion,
    ),
  }
}

/** Suppressed findings and non-null assertions are counted; each number is kept in a file and may only fall. */
export const escapes: Rule = (files) => {
  const kept: unknown = JSON.parse(files.find(({ path }) => path === ESCAPES_FILE)?.text ?? '{}')
  const allowed = new Map<string, unknown>(Object.entries(Object(kept)))
  return Object.entries(counted(files)).flatMap(([name, number]) => {
    const most = Number(allowed.get(name) ?? 0)
    if (number > most) return [`${ESCAPES_FILE}: ${number} ${name}, at most ${most}: do without the new one`]
    return number < most ? [`${ESCAPES_FILE}: only ${number} ${name} are left: lower the number from ${most}`] : []
  })
}
