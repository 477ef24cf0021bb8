import type { StoryLine } from '../src/story/line.ts'

/** What k6 has of it; its types leave it to those of browsers. */
declare const console: { readonly log: (text: string) => void }

/**
 * Write a line of the story to where `--console-output` leads, with `--log-format raw` as it is. k6 writes it before this
 * returns, so nothing that was sent or heard is missing from it, whatever happens next.
 */
export function tell(line: StoryLine): void {
  console.log(JSON.stringify(line))
}
