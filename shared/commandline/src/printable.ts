/** What moves a terminal's cursor, colours it or turns its text round: controls, line separators, marks of direction. */
const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu

/**
 * Text of another origin, safe on a terminal: what is not to be seen is written as JSON does (`\u001b`). JSON text
 * of one line stays JSON, and means the same.
 */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** The same for text of several lines, which stay lines. */
export function printableLines(text: string): string {
  return text
    .split('\n')
    .map((line) => printable(line))
    .join('\n')
}
