/** Words of PromQL that look like a metric. */
const WORDS = new Set(['and', 'or', 'unless', 'bool', 'by', 'on', 'group_left'])

/** The metrics that an expression asks for. A series of a histogram stands for the histogram. */
export function metricsIn(expr: string): string[] {
  const bare = expr
    .replaceAll(/\{[^}]*\}/g, ' ')
    .replaceAll(/\[[^\]]*\]/g, ' ')
    .replaceAll(/\b(by|on|group_left)\s*\([^)]*\)/g, ' ')
  const words = [...bare.matchAll(/\b[a-z_][\w:]*(?!\w|\s*\()/g)].map(([word]) => word)
  const metrics = words.filter((word) => !WORDS.has(word) && !isFunction(bare, word))
  return [...new Set(metrics.map((word) => word.replace(/_seconds_(bucket|count|sum)$/, '_seconds')))]
}

function isFunction(expr: string, word: string): boolean {
  return new RegExp(`\\b${word}\\s*\\(`).test(expr)
}
