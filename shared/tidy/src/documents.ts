import { lineOf, type Rule } from './repository.ts'

/** Markdown has exactly one heading of the first level, and it comes first. */
export const oneTitle: Rule = (files) => {
  const complaints: string[] = []
  for (const { path, text } of files.filter((file) => file.path.endsWith('.md'))) {
    const prose = text.replaceAll(/^```[\s\S]*?^```/gm, '')
    const titles = prose.match(/^# .+$/gm) ?? []
    if (titles.length !== 1) complaints.push(`${path}: ${titles.length} titles (# …), must be one`)
  }
  return complaints
}

/** Versions are pinned: what was tested is what is installed. */
export const pinnedVersions: Rule = (files) => {
  const complaints: string[] = []
  for (const file of files.filter(({ path }) => path === 'package.json' || path.endsWith('/package.json'))) {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- npm has read it before
    const parsed = JSON.parse(file.text) as Record<string, Record<string, string> | undefined>
    for (const section of ['dependencies', 'devDependencies', 'optionalDependencies', 'overrides']) {
      for (const [name, version] of Object.entries(parsed[section] ?? {})) {
        if (!/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version)) complaints.push(`${file.path}: ${name} ${version} is not exact`)
      }
    }
  }
  return complaints
}

/** A lock file with addresses works only where they are reachable; without, npm asks the registry it is told. */
export const lockWithoutAddresses: Rule = (files) =>
  files
    .filter(({ path }) => path.endsWith('package-lock.json'))
    .flatMap(({ path, text }) =>
      [...text.matchAll(/"resolved": "(https?:[^"]+)"/g)].map(
        (match) => `${path}:${lineOf(text, match.index)}: ${match[1]}`,
      ),
    )

/** Scripts are one short line; anything longer is a program with a name. */
export const shortScripts: Rule = (files) => {
  const complaints: string[] = []
  for (const file of files.filter(({ path }) => path === 'package.json' || path.endsWith('/package.json'))) {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- npm has read it before
    const { scripts = {} } = JSON.parse(file.text) as { scripts?: Record<string, string> }
    for (const [name, line] of Object.entries(scripts)) {
      if (line.length > 120) complaints.push(`${file.path}: script ${name} has ${line.length} characters`)
    }
  }
  return complaints
}
