import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { commandLine, Problem, runCommand } from '@uptick/commandline'
import { codeMap, describedPackages, DOCUMENT, withMap } from './code-map.ts'
import { repository, root } from './repository.ts'

const about = `Writes the map of the code in ${DOCUMENT}.

The map comes from the package.json of each package: "description", "dependencies", "map.start" and "map.folders".`

await runCommand(commandLine('npm run map --', about).action(write))

function write(): void {
  const files = repository()
  const missing = describedPackages(files)
  if (missing.length > 0) throw new Problem(missing.join('\n'))
  const document = files.find(({ path }) => path === DOCUMENT)
  if (document === undefined) throw new Problem(`${DOCUMENT} is missing.`)
  writeFileSync(join(root, DOCUMENT), withMap(document.text, codeMap(files)))
  process.stdout.write(`${DOCUMENT} is written.\n`)
}
