import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { commandLine, EXIT_FAILED, Problem, runCommand, someText } from '@uptick/commandline'
import { baseOf, builders, imageName, type Builder } from './builders.ts'

const about = 'Builds the container image of all services.'

const examples = `
  npm run image -- 0.2.0                      uptick:0.2.0, with docker, podman or buildah: the first one that works
  npm run image -- registry/uptick:0.2.0      under another name
  npm run image -- 0.2.0 --with 'COMMAND'     by a command of your own, called as: COMMAND NAME:TAG FOLDER OPTIONS of docker build`

interface Flags {
  readonly builder?: string
  readonly with?: string
  readonly base?: string
}

const root = fileURLToPath(new URL('../../', import.meta.url))

await runCommand(
  commandLine('npm run image --', about)
    .argument('<tag>', 'a tag, or NAME:TAG', someText)
    .option('--builder <name>', 'docker, podman or buildah', someText)
    .option('--with <command>', 'a command of your own that builds', someText)
    .option('--base <image>', `base image instead of ${baseOf(readFileSync(`${root}Dockerfile`, 'utf8'))}`, someText)
    .addHelpText('after', examples)
    .action((tag: string, flags: Flags) => {
      process.exitCode = build(tag, flags)
    }),
)

function build(tag: string, values: Flags): number {
  const name = imageName(tag)
  const version = name.slice(name.lastIndexOf(':') + 1)
  const label = (key: string, value: string) => ['--label', `org.opencontainers.image.${key}=${value}`]
  const options = [...label('version', version), ...label('revision', commit())]
  if (values.base !== undefined) options.push('--build-arg', `NODE_IMAGE=${values.base}`)
  const command =
    values.with === undefined
      ? [...chosen(values.builder).command(name), ...options, '.']
      : [...values.with.split(' '), name, '.', ...options]
  process.stderr.write(`Building ${name}: about two minutes, less when the packages have not changed.\n`)
  const began = performance.now()
  const [program = '', ...rest] = command
  const { status, error } = spawnSync(program, rest, { cwd: root, stdio: 'inherit' })
  if (error) throw error
  if (status === 0) console.log(`${name}, in ${((performance.now() - began) / 1000).toFixed(1)} s`)
  return status ?? EXIT_FAILED
}

/** @throws Problem when nothing that builds images works here */
function chosen(wanted: string | undefined): Builder {
  const known = builders.filter(({ name }) => wanted === undefined || name === wanted)
  const found = known.find(
    ({ works: [program = '', ...rest] }) => spawnSync(program, rest, { stdio: 'ignore' }).status === 0,
  )
  if (found) return found
  const tried = wanted ?? builders.map(({ name }) => name).join(', ')
  throw new Problem(`The image cannot be built here with ${tried}. Name a command that can build it with --with.`)
}

function commit(): string {
  const { status, stdout } = spawnSync('git', ['rev-parse', 'HEAD'], { cwd: root, encoding: 'utf8' })
  // Sources without their history say what they were released as.
  return status === 0 ? stdout.trim() : `release ${JSON.parse(readFileSync(`${root}package.json`, 'utf8')).version}`
}
