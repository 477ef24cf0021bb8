const ITEMS_SHOWN_MAX = 200

const style = `body{font:15px/1.5 system-ui,sans-serif;max-width:1140px;margin:2em auto;padding:0 1em;color:#222}
table{border-collapse:collapse;margin:1em 0;font-variant-numeric:tabular-nums}td,th{padding:.3em .7em;text-align:right;
border-bottom:1px solid #ddd}td:first-child,th:first-child{text-align:left}.bad{color:#b00020;font-weight:600}
.good{color:#2e7d32;font-weight:600}svg{width:100%;height:auto;margin:.4em 0;font-size:11px;fill:#555}
svg .title{font-size:13px;fill:#222}.grid{stroke:#e4e4e4}.mark{stroke-width:1;stroke-dasharray:3 3}
.key span{margin-right:1.2em}ul{padding-left:1.2em}`

/** A self-contained page. @param body HTML */
export function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>${escaped(title)}</title><style>${style}</style>
${body}
</html>
`
}

/** A heading and its items, as text; empty without items. */
export function list(title: string, items: readonly string[]): string {
  if (items.length === 0) return ''
  const shown = items.slice(0, ITEMS_SHOWN_MAX).map((item) => `<li>${escaped(item)}</li>`)
  return `<h2>${escaped(title)}</h2><ul>${shown.join('')}</ul>`
}

export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}
