import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { imageName, builders, type Builder } from './builders.ts'

const usage = `Builds the image of every service.

  npm run image -- TAG                     uptick:TAG, with docker, podman or buildah: the first one that works
  npm run image -- NAME:TAG                under another name
  npm run image -- TAG --builder podman    with that one
  npm run image -- TAG --with 'COMMAND'    by a command of yours, called as: COMMAND NAME:TAG FOLDER OPTIONS of docker build
  npm run image -- TAG --base IMAGE        on another base than node:26-bookworm-slim
`

const root = fileURLToPath(new URL('../../', import.meta.url))

try {
  process.exitCode = build(process.argv.slice(2))
} catch (error) {
  process.stderr.write(`image: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}

function build(words: string[]): number {
  const text = { type: 'string' } as const
  const { values, positionals } = parseArgs({
    args: words,
    allowPositionals: true,
    options: { builder: text, with: text, base: text, help: { type: 'boolean', short: 'h' } },
  })
  const [tag] = positionals
  if (values.help || tag === undefined || positionals.length > 1) {
    process.stdout.write(usage)
    return values.help ? 0 : 2
  }
  const name = imageName(tag)
  const version = name.slice(name.lastIndexOf(':') + 1)
  const label = (key: string, value: string) => ['--label', `org.opencontainers.image.${key}=${value}`]
  const options = [...label('version', version), ...label('revision', commit())]
  if (values.base !== undefined) options.push('--build-arg', `NODE_IMAGE=${values.base}`)
  const command =
    values.with === undefined
      ? [...chosen(values.builder).command(name), ...options, '.']
      : [...values.with.split(' '), name, '.', ...options]
  const began = performance.now()
  const { status, error } = spawnSync(command[0]!, command.slice(1), { cwd: root, stdio: 'inherit' })
  if (error) throw error
  if (status === 0) console.log(`${name}, in ${((performance.now() - began) / 1000).toFixed(1)} s`)
  return status ?? 1
}

/** @throws Error when nothing that builds images works here */
function chosen(wanted: string | undefined): Builder {
  const known = builders.filter(({ name }) => wanted === undefined || name === wanted)
  const found = known.find(({ works }) => spawnSync(works[0]!, works.slice(1), { stdio: 'ignore' }).status === 0)
  if (found) return found
  const tried = wanted ?? builders.map(({ name }) => name).join(', ')
  throw new Error(`cannot be built here with ${tried}; name a command that can with --with`)
}

function commit(): string {
  const { status, stdout } = spawnSync('git', ['rev-parse', 'HEAD'], { cwd: root, encoding: 'utf8' })
  // Sources without their history say what they were released as.
  return status === 0 ? stdout.trim() : `release ${JSON.parse(readFileSync(`${root}package.json`, 'utf8')).version}`
}
