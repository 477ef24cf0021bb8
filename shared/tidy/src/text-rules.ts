import { isCode, isTest, lineOf, quotesRules, withoutComments, type Rule, type SourceFile } from './repository.ts'

/** Lines a file of code may have; 250 is the aim. */
export const FILE_LINES_MAX = 300
/** Lines of a state machine that is better read in one piece. Its file says why. */
export const MACHINE_LINES_MAX = 400
const machineReason = /^\/\/ A state machine in one piece: \S.{20,}$/m

export const fileLength: Rule = (files) =>
  files
    .filter(isCode)
    .map(({ path, text }) => ({
      path,
      lines: text.trimEnd().split('\n').length,
      most: machineReason.test(text) ? MACHINE_LINES_MAX : FILE_LINES_MAX,
    }))
    .filter(({ lines, most }) => lines > most)
    .map(({ path, lines, most }) => `${path}: ${lines} lines, at most ${most}: split it by noun`)

/** Drawers for anything. A thing lives where its noun lives; its second user makes it a room. */
const drawers = new Set(['utils', 'util', 'common', 'helpers', 'helper', 'lib', 'libs', 'misc', 'shared-code', 'stuff'])

export const names: Rule = (files) => {
  const complaints: string[] = []
  for (const { path } of files) {
    for (const part of path.split('/')) {
      const stem = part.replace(/\.[^/]*$/, '')
      if (drawers.has(stem)) complaints.push(`${path}: ${stem} names nothing; name what it holds`)
      else if (/\.(ts|js|mjs)$/.test(part) && !/^[a-z0-9.-]+$/.test(part)) {
        complaints.push(`${path}: names of files are kebab-case`)
      }
    }
  }
  return complaints
}

/** Every match of a pattern in a file, as a sentence with its place. */
function matches(file: SourceFile, text: string, pattern: RegExp, sentence: (found: string) => string): string[] {
  return [...text.matchAll(pattern)].map(
    (match) => `${file.path}:${lineOf(text, match.index)}: ${sentence(match[0].trim())}`,
  )
}

const leftover = /\b(TODO|FIXME|XXX|HACK)\b/g

export const leftovers: Rule = (files) =>
  files
    .filter((file) => (isCode(file) || file.path.endsWith('.md')) && !quotesRules(file.path))
    .flatMap((file) => matches(file, file.text, leftover, (found) => `leftover ${found}`))

const silenced = /\b(?:it|test|describe|suite|bench)\.(?:only|skip|todo|fails)\b|\b[xf](?:it|describe)\s*\(/g

export const silencedTests: Rule = (files) =>
  files
    .filter((file) => file.path.endsWith('.test.ts') && !quotesRules(file.path))
    .flatMap((file) => matches(file, withoutComments(file.text), silenced, (found) => `${found} silences tests`))

const suppressed = /@ts-(?:ignore|nocheck|expect-error)|(?:oxlint|eslint)-disable(?!(?:-next-line)? \S+ -- \S)/g

/** A finding of compiler or linter is repaired; the one escape names its rule and gives a reason behind `--`. */
export const suppressions: Rule = (files) =>
  files
    .filter((file) => isCode(file) && !quotesRules(file.path))
    .flatMap((file) => matches(file, file.text, suppressed, (found) => `${found} hides a finding`))

const boundBeforeUnit = /\b(?:[A-Z][A-Z0-9]*_)+MAX_(?:MS|US|BYTES|SECONDS)\b|\b[a-z]\w*Max(?:Ms|Us|Bytes|Seconds)\b/g

/** One spelling of a bound: the unit comes before `MAX`, as in `HOLD_MS_MAX`. */
export const boundNames: Rule = (files) =>
  files
    .filter((file) => isCode(file) && !quotesRules(file.path))
    .flatMap((file) => matches(file, file.text, boundBeforeUnit, (found) => `${found}: the unit comes before MAX`))

const otherWords: readonly (readonly [RegExp, string])[] = [
  [/\bhand-?over|\bHand-?over|HandOver|handOver|HAND_OVER/g, 'leadership is handed off: hand-off, handOff'],
  [/\btime-outs?\b/g, 'timeout'],
  [/\bstart-up\b/g, 'startup'],
]

/** One word for a concept, in code and documents. */
export const words: Rule = (files) =>
  files
    .filter((file) => (isCode(file) || file.path.endsWith('.md')) && !quotesRules(file.path))
    .flatMap((file) =>
      otherWords.flatMap(([pattern, word]) => matches(file, file.text, pattern, (found) => `${found}: ${word}`)),
    )

/** Where the environment may be read: at the edge of a process, and in tests. */
function readsEnvironment(path: string): boolean {
  return isTest(path) || /\/(main|config|child-environment)\.ts$|\/bench\/|^vitest\.config\.ts$/.test(path)
}

export const environment: Rule = (files) =>
  files
    .filter((file) => isCode(file) && !readsEnvironment(file.path))
    .flatMap((file) =>
      matches(
        file,
        withoutComments(file.text),
        /process\.env\b(?!\['(?:PATH|HOME)'\])/g,
        (found) => `${found}: read it in config.ts or main.ts, and pass what is meant`,
      ),
    )

/** Rooms that talk SQL, each with its own tables. */
const sqlRooms = [
  'shared/journal/',
  'shared/readmodel/',
  'shared/postgres/',
  'services/gateway/src/keys/',
  'services/gateway/src/operator/activation-schedule.ts',
  'services/gateway/src/operator/references.ts',
  // Creates the database that the others own.
  'services/standalone/src/processes/database.ts',
  // One row, so that the engine runs without the read model.
  'services/engine/src/recorded-through.ts',
]
const sql =
  /[`'"]\s*(?:WITH\s+\w+\s+AS\s*\(|SELECT\s|INSERT\s+INTO\s|UPDATE\s+\w+\s+SET\s|DELETE\s+FROM\s|CREATE\s+TABLE\s)/g

export const sqlPlaces: Rule = (files) =>
  files
    .filter((file) => isCode(file) && !isTest(file.path))
    .filter((file) => !sqlRooms.some((room) => file.path.startsWith(room)) && !file.path.startsWith('loadtests/'))
    .flatMap((file) => matches(file, withoutComments(file.text), sql, () => 'SQL outside the rooms that own tables'))

/** The one place that makes connections to PostgreSQL, so that none is without bounds. Tests may break the rule. */
const connectionRoom = 'shared/journal/src/connections/'
const driver = /^import (?!type )[^\n]*from 'pg'$/gm

export const connectionPlace: Rule = (files) =>
  files
    .filter(({ path }) => /^(?:shared|services)\//.test(path) && path.endsWith('.ts') && !isTest(path))
    .filter(({ path }) => !path.startsWith(connectionRoom) && !quotesRules(path))
    .flatMap((file) =>
      matches(file, file.text, driver, () => 'openPool and openClient make connections that are bounded'),
    )

const flagRegistry = 'shared/runtime/src/flags/declared.ts'

/** Every declared flag is asked for by some code; the compiler sees that no other is. */
export const flagsInUse: Rule = (files) => {
  const registry = files.find(({ path }) => path === flagRegistry)?.text ?? ''
  const declared = [...registry.matchAll(/^  '([a-z-]+)': \{$/gm)].map(([, name = '']) => name)
  const asking = files.filter((file) => isCode(file) && !isTest(file.path) && file.path !== flagRegistry)
  return declared
    .filter((name) => !asking.some(({ text }) => text.includes(`isOn('${name}'`)))
    .map((name) => `${flagRegistry}: no code asks for ${name}`)
}

/** Pools of tests hear errors of connections that end under them; one without a listener would fail the run. */
export const testPools: Rule = (files) =>
  files
    .filter(({ path }) => path.startsWith('shared/') && isTest(path) && !path.endsWith('/test-pool.ts'))
    .filter(({ path }) => !quotesRules(path))
    .flatMap((file) => matches(file, file.text, /new (?:pg\.)?Pool\(/g, () => 'tests open pools with openTestPool'))
