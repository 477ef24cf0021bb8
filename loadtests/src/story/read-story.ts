import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import type { StoryLine } from './line.ts'
import type { Story } from './story.ts'

/**
 * Adds a file of lines to a story. A last line that was cut off is left out: k6 was killed while it wrote, and that
 * record counts as missing.
 *
 * @throws Error for any other line that cannot be read
 */
export async function readStory(file: string, story: Story): Promise<void> {
  let broken: { number: number; text: string } | undefined
  let number = 0
  for await (const text of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
    number++
    if (broken) throw new Error(`${file}:${broken.number} is not a line of a story: ${broken.text.slice(0, 200)}`)
    const line = parsed(text)
    if (line === undefined) broken = { number, text }
    else story.add(line)
  }
}

function parsed(text: string): StoryLine | undefined {
  try {
    const line: StoryLine = JSON.parse(text)
    return typeof line.kind === 'string' && typeof line.at === 'number' ? line : undefined
  } catch {
    return undefined
  }
}
