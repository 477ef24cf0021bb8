import { readFileSync } from 'node:fs'
import type { FastifyInstance, FastifyReply } from 'fastify'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** It is answered without the operator token: it holds nothing that is not in this repository. */
    readonly isPublic?: boolean
  }
}

/** The page's own files and nothing else; no page may frame it, and it can send no form. */
const CONTENT_SECURITY_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

const SCRIPTS = ['main', 'element', 'format', 'history', 'lanes', 'stream', 'tables']
const TYPES = { html: 'text/html', css: 'text/css', js: 'text/javascript' }

/** `GET /`: the operations page, and its files. They are read at the first request. */
export function servePage(app: FastifyInstance): void {
  serve(app, '/', 'index.html', TYPES.html)
  serve(app, '/page/page.css', 'page.css', TYPES.css)
  for (const name of SCRIPTS) serve(app, `/page/${name}.js`, `${name}.js`, TYPES.js)
}

function serve(app: FastifyInstance, path: string, file: string, type: string): void {
  let text: string | undefined
  app.get(path, { config: { isPublic: true } }, (_request, reply): FastifyReply => {
    text ??= readFileSync(new URL(`../overview/page/${file}`, import.meta.url), 'utf8')
    return reply
      .headers({
        'content-type': `${type}; charset=utf-8`,
        'content-security-policy': CONTENT_SECURITY_POLICY,
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cache-control': 'no-cache',
        // A connection kept for the next request would hold the viewer to a gateway that leaves.
        connection: 'close',
      })
      .send(text)
  })
}
