import { isCode, type Rule, type SourceFile } from './repository.ts'

/** What a package.json says about itself for the map of the code. */
interface Manifest {
  readonly name: string
  readonly description?: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly map?: {
    /** The file in which a reader starts, relative to the package. */
    readonly start?: string
    /** One line for each folder, by its path relative to the package. */
    readonly folders?: Readonly<Record<string, string>>
  }
}

interface Package {
  /** Relative to the root: `shared/core`; empty for the root itself. */
  readonly path: string
  readonly manifest: Manifest
  /** Folders right below `src` that hold code, relative to the package, sorted. */
  readonly folders: readonly string[]
}

/** The document that holds the map, and the lines that enclose it. */
export const DOCUMENT = 'ARCHITECTURE.md'
const BEGIN = '<!-- map: written by `npm run map` -->'
const END = '<!-- end of map -->'

const MANIFEST = /^(?:(?:shared|services|k8s)\/[^/]+\/|loadtests\/)?package\.json$/

function packages(files: readonly SourceFile[]): Package[] {
  return files
    .filter(({ path }) => MANIFEST.test(path))
    .map(({ path, text }) => {
      const own = path.replace(/\/?package\.json$/, '')
      const manifest: Manifest = JSON.parse(text)
      return { path: own, manifest, folders: own === '' ? [] : foldersOf(own, files) }
    })
}

function foldersOf(own: string, files: readonly SourceFile[]): string[] {
  const source = `${own}/src/`
  const found = files
    .filter((file) => file.path.startsWith(source) && isCode(file))
    .map(({ path }) => path.slice(source.length).split('/'))
    .filter((parts) => parts.length > 1)
    .map(([folder]) => `src/${folder}`)
  return [...new Set(found)].toSorted()
}

/** What a package.json does not say and the map needs, or says of a file or folder that does not exist. */
export const describedPackages: Rule = (files) => {
  const complaints: string[] = []
  const paths = files.map(({ path }) => path)
  for (const { path, manifest, folders } of packages(files)) {
    const complain = (text: string): number => complaints.push(`${path === '' ? '' : `${path}/`}package.json: ${text}`)
    const prefix = path === '' ? '' : `${path}/`
    const { start, folders: lines = {} } = manifest.map ?? {}
    if (manifest.description === undefined) complain('"description" is missing')
    if (start === undefined && path !== '') complain('"map.start", the file to start reading at, is missing')
    if (start !== undefined && !paths.includes(`${prefix}${start}`)) complain(`"map.start": ${start} does not exist`)
    for (const folder of folders) {
      if (lines[folder] === undefined) complain(`"map.folders" has no line for ${folder}`)
    }
    for (const folder of Object.keys(lines)) {
      if (!paths.some((file) => file.startsWith(`${prefix}${folder}/`))) {
        complain(`"map.folders": ${folder} does not exist`)
      }
    }
  }
  return complaints
}

/** Packages that a package imports, without itself, as paths. */
function importsOf({ manifest }: Package, all: readonly Package[]): Package[] {
  return all.filter((other) => manifest.dependencies?.[other.manifest.name] !== undefined)
}

/** Each package after all that it imports; otherwise `shared`, `services`, `k8s`, `loadtests`, by name. */
function inOrder(all: readonly Package[]): Package[] {
  const ranks = ['shared', 'services', 'k8s', 'loadtests']
  const rank = ({ path }: Package): number => ranks.indexOf(path.split('/', 1).join(''))
  const waiting = all.filter(({ path }) => path !== '').toSorted((a, b) => rank(a) - rank(b))
  const listed: Package[] = []
  while (waiting.length > 0) {
    const next = waiting.findIndex((one) => importsOf(one, all).every((other) => listed.includes(other)))
    if (next < 0) throw new Error(`packages import each other: ${waiting.map(({ path }) => path).join(', ')}`)
    listed.push(...waiting.splice(next, 1))
  }
  return listed
}

/** All packages that are reached by imports of imports. */
function reached(from: Package, all: readonly Package[]): Set<Package> {
  const found = new Set<Package>()
  const walk = (one: Package): void => {
    for (const other of importsOf(one, all)) {
      if (found.has(other)) continue
      found.add(other)
      walk(other)
    }
  }
  walk(from)
  return found
}

/** An arrow for each import between packages that does not follow from the other arrows. */
function graph(listed: readonly Package[]): string[] {
  const short = ({ path }: Package): string => path.replace(/^[^/]+\//, '')
  const lines = listed.flatMap((one) => {
    const direct = importsOf(one, listed)
    const implied = new Set(direct.flatMap((other) => [...reached(other, listed)]))
    const kept = direct.filter((other) => !implied.has(other))
    return kept.map((other) => `  ${short(one)} --> ${short(other)}`)
  })
  const alone = listed.filter((one) => lines.every((line) => !line.split(/ +/).includes(short(one))))
  return ['```mermaid', 'flowchart TD', ...lines, ...alone.map((one) => `  ${short(one)}`), '```']
}

function folderRows({ path, manifest }: Package): string[] {
  const lines = Object.entries(manifest.map?.folders ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return lines.map(([folder, line]) => `| \`${path === '' ? '' : `${path}/`}${folder}\` | ${line} |`)
}

/** The map of the code: the graph of imports, a row for each package, a row for each folder. */
export function codeMap(files: readonly SourceFile[]): string {
  const all = packages(files)
  const listed = inOrder(all)
  const rows = listed.map(
    ({ path, manifest }) =>
      `| \`${path}\` | ${manifest.description ?? ''} | [\`${manifest.map?.start}\`](${path}/${manifest.map?.start}) |`,
  )
  const root = all.filter(({ path }) => path === '')
  return [
    ...graph(listed),
    '',
    '| package | what it holds | start reading at |',
    '| --- | --- | --- |',
    ...rows,
    '',
    '| folder | what it holds |',
    '| --- | --- |',
    ...[...listed, ...root].flatMap(folderRows),
  ].join('\n')
}

/**
 * The document with `map` between its two markers.
 *
 * @throws Error when it does not have both markers
 */
export function withMap(document: string, map: string): string {
  const begin = document.indexOf(BEGIN)
  const end = document.indexOf(END)
  if (begin < 0 || end < begin) throw new Error(`${DOCUMENT} lacks the lines ${BEGIN} and ${END}`)
  return `${document.slice(0, begin + BEGIN.length)}\n\n${map}\n\n${document.slice(end)}`
}

/** The document holds the map of the code as it is. */
export const currentMap: Rule = (files) => {
  const document = files.find(({ path }) => path === DOCUMENT)
  if (document === undefined) return [`${DOCUMENT} is missing`]
  return document.text === withMap(document.text, codeMap(files))
    ? []
    : [`${DOCUMENT}: its map differs from the code; "npm run map" writes it`]
}
