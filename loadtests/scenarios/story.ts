import type { StoryLine } from '../src/story/line.ts'

/** The part that k6 has of it; its types leave it to those of browsers. */
declare const console: { readonly log: (text: string) => void }

/**
 * Write a line of the story to `--console-output`, unchanged with `--log-format raw`. k6 writes it before this returns,
 * so the story contains everything that was sent or received, whatever happens next.
 */
export function tell(line: StoryLine): void {
  console.log(JSON.stringify(line))
}
