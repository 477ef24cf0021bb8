import { readFileSync } from 'node:fs'

/*
 * For `--import`, with the address of this file and `?folder=`: a process with a name (`INSTANCE`) has a wall clock that can be
 * set wrong. At SIGWINCH, which does nothing else, it takes the milliseconds in the folder's file `clock-NAME` as how far ahead it
 * is. Nothing of the machine is touched, and nothing has to be installed.
 */
const folder = new URL(import.meta.url).searchParams.get('folder')
const name = process.env['INSTANCE']
if (folder !== null && name !== undefined) {
  const right = Date.now
  let ahead = 0
  Date.now = () => right() + ahead
  process.on('SIGWINCH', () => {
    ahead = Number(readFileSync(`${folder}/clock-${name}`, 'utf8'))
  })
}
