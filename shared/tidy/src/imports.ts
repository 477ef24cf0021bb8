import { posix } from 'node:path'
import { isCode, isTest, lineOf, quotesRules, roomOf, withoutComments, type Rule } from './repository.ts'

/** Which rooms each room may import: the arrows of the architecture, and only those. */
const arrows: Readonly<Record<string, readonly string[]>> = {
  'shared/core': [],
  'shared/protocol': ['shared/core'],
  'shared/postgres': [],
  'shared/certificate': [],
  'shared/journal': ['shared/protocol', 'shared/core'],
  'shared/readmodel': ['shared/core', 'shared/protocol', 'shared/journal'],
  'shared/runtime': [],
  'shared/link': ['shared/protocol', 'shared/runtime'],
  'shared/commandline': [],
  'shared/data-folder': ['shared/commandline'],
  'shared/tidy': ['shared/commandline'],
  // Knows Kubernetes, and nothing of what it deploys.
  'k8s/deploy': ['shared/commandline', 'shared/runtime'],
  'k8s/image': ['shared/commandline'],
  'k8s/secrets': ['shared/commandline', 'shared/runtime'],
  'services/engine': [
    'shared/core',
    'shared/protocol',
    'shared/journal',
    'shared/link',
    'shared/readmodel',
    'shared/runtime',
  ],
  'services/gateway': [
    'shared/core',
    'shared/protocol',
    'shared/journal',
    'shared/link',
    'shared/readmodel',
    'shared/runtime',
  ],
  'services/operator': ['shared/commandline', 'shared/data-folder', 'shared/runtime'],
  'services/demo': ['shared/commandline', 'services/operator'],
  'services/market-maker': ['shared/commandline', 'services/demo'],
  'services/migration': ['shared/journal', 'shared/runtime'],
  'services/recorder': ['shared/core', 'shared/protocol', 'shared/journal', 'shared/readmodel', 'shared/runtime'],
}

/** Rooms that put the others together: they may import all, by name. */
const composers = new Set(['services/standalone', 'k8s/dashboards', 'loadtests', ''])

const rooms = [...Object.keys(arrows), ...composers]

/** What tests may import besides: a database, another shared room. Never a service. */
const testArrows = [
  'shared/core',
  'shared/protocol',
  'shared/journal',
  'shared/postgres',
  'shared/runtime',
  'shared/certificate',
]

const specifier = /(?:\bfrom\s*|\bimport\s*\(\s*|\bimport\s+)(['"])([^'"]+)\1/g

/** The room that an import leads to; undefined when it leads to a package or to Node. */
function roomOfImport(from: string, name: string): string | undefined {
  if (name.startsWith('.')) return roomOf(posix.join(posix.dirname(from), name))
  const own = /^@uptick\/([a-z-]+)/.exec(name)?.[1]
  if (own === undefined) return undefined
  return rooms.find((room) => posix.basename(room) === own) ?? `shared/${own}`
}

/** Rooms import only along the arrows, by package name, never by a path into another room. */
export const importArrows: Rule = (files) => {
  const complaints: string[] = []
  for (const file of files.filter(isCode)) {
    const room = roomOf(file.path)
    if (quotesRules(file.path)) continue
    const text = withoutComments(file.text)
    for (const match of text.matchAll(specifier)) {
      const [, , name = ''] = match
      const target = roomOfImport(file.path, name)
      if (target === undefined || target === room) continue
      const allowed = [...(arrows[room] ?? []), ...(isTest(file.path) ? testArrows : [])]
      const where = `${file.path}:${lineOf(text, match.index)}`
      if (name.startsWith('.')) complaints.push(`${where}: ${name} leaves ${room}; import the package by its name`)
      else if (!composers.has(room) && !allowed.includes(target))
        complaints.push(`${where}: ${room} must not import ${target}`)
    }
  }
  return complaints
}

/**
 * Folders of a room that import one way only: each may import those before it. Files beside the folders put them together, and
 * no folder imports one, but for those that are listed like folders.
 */
const folders: Readonly<Record<string, readonly string[]>> = {
  'services/gateway/src': [
    'parent-channel.ts',
    'addresses',
    'keys',
    'limits',
    'clients',
    'plain-http',
    'entrance',
    'params',
    'engine-link',
    'auth',
    'feed',
    'market',
    'sockets',
    'streams',
    'operations',
    'welcome',
    'rest',
    'ws-api',
    'handshake',
    'overview',
    'operator',
  ],
  'services/standalone/src': [
    'machine',
    'folder',
    'demo',
    'terminal',
    'logs',
    'processes',
    'counts',
    'listener',
    'control',
    'status',
    'cluster',
    'roll',
  ],
}

/** Folders import only those before them. */
export const folderOrder: Rule = (files) => {
  const complaints: string[] = []
  for (const [room, order] of Object.entries(folders)) {
    for (const file of files) {
      if (!file.path.startsWith(`${room}/`) || !isCode(file) || isTest(file.path)) continue
      const own = partOf(room, file.path)
      if (own.endsWith('.ts') && !order.includes(own)) continue
      if (!order.includes(own)) complaints.push(`${file.path}: ${own} has no place in the order of folders of ${room}`)
      const text = withoutComments(file.text)
      for (const match of text.matchAll(specifier)) {
        const [, , name = ''] = match
        if (!name.startsWith('.')) continue
        const target = partOf(room, posix.join(posix.dirname(file.path), name))
        if (target === own || (order.includes(target) && order.indexOf(target) < order.indexOf(own))) continue
        complaints.push(`${file.path}:${lineOf(text, match.index)}: ${own} must not import ${target}`)
      }
    }
  }
  return complaints
}

/** The folder, or the file beside the folders, that a path of the room leads to. */
function partOf(room: string, path: string): string {
  return path
    .slice(room.length + 1)
    .split('/', 1)
    .join('')
}

/** The core imports nothing but itself; its tests may import test tools. */
export const coreImportsNothing: Rule = (files) => {
  const complaints: string[] = []
  for (const file of files) {
    if (!file.path.startsWith('shared/core/src/') || !isCode(file) || isTest(file.path)) continue
    const text = withoutComments(file.text)
    for (const match of text.matchAll(specifier)) {
      const [, , name = ''] = match
      if (/^\.\/[a-z0-9/-]+\.ts$/.test(name)) continue
      complaints.push(`${file.path}:${lineOf(text, match.index)}: the core must not import ${name}`)
    }
  }
  return complaints
}
