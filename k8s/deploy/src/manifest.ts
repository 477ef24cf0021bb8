import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { temporaryFolder } from '@uptick/commandline'
import type { Kubectl } from './kubectl.ts'

const folder = fileURLToPath(new URL('../../', import.meta.url))

/** One object of an overlay, as Kustomize writes it. */
export interface Document {
  readonly kind: string
  readonly name: string
  readonly text: string
}

/** What an overlay makes of the manifests. */
export interface Manifest {
  readonly namespace: string
  readonly documents: readonly Document[]
}

/** Settings by component and name, that take the place of what `base/COMPONENT/settings.env` says. */
export type Settings = Readonly<Record<string, Readonly<Record<string, string>>>>

export interface RenderOptions {
  readonly overlay: string
  /** `name:tag`, or a tag alone; what the overlay says where undefined. */
  readonly image: string | undefined
  readonly settings?: Settings
}

/**
 * Render an overlay with another image than it names: in a copy, so that no file of the repository is changed by a
 * deployment.
 *
 * @throws Error when there is no such overlay, KubectlError when it cannot be rendered
 */
export async function renderOverlay(kubectl: Kubectl, options: RenderOptions): Promise<Manifest> {
  const { overlay, image, settings = {} } = options
  if (!/^[a-z0-9-]+$/.test(overlay)) throw new Error(`${overlay} is no name of an overlay`)
  const { path: copy, remove } = temporaryFolder('uptick-manifests-')
  try {
    for (const part of ['base', 'components', 'overlays'])
      await cp(join(folder, part), join(copy, part), { recursive: true })
    const release = join(copy, 'overlays', overlay, 'release', 'kustomization.yaml')
    const text = await readFile(release, 'utf8').catch(() => {
      throw new Error(`there is no overlay ${overlay}`)
    })
    if (image !== undefined) await writeFile(release, withImage(text, image))
    for (const [component, values] of Object.entries(settings)) {
      const file = join(copy, 'base', component, 'settings.env')
      await writeFile(file, withSettings(await readFile(file, 'utf8'), values))
    }
    return manifestOf(await kubectl.run(['kustomize', join(copy, 'overlays', overlay)]))
  } finally {
    await remove()
  }
}

/** The release component with another tag, and another name if there is one. */
export function withImage(release: string, image: string): string {
  const split = image.lastIndexOf(':') > image.lastIndexOf('/') ? image.lastIndexOf(':') : -1
  const [name, tag] = split < 0 ? [undefined, image] : [image.slice(0, split), image.slice(split + 1)]
  if (!/^[\w][\w.-]{0,127}$/.test(tag)) throw new Error(`${tag} is no tag of an image`)
  const tagged = release.replace(/^(\s*)newTag: .*$/m, `$1newTag: ${tag}`)
  if (name === undefined) return tagged
  return /^\s*newName: /m.test(tagged)
    ? tagged.replace(/^(\s*)newName: .*$/m, `$1newName: ${name}`)
    : tagged.replace(/^(\s*)newTag: /m, `$1newName: ${name}\n$1newTag: `)
}

/** Lines `NAME=value` with other values; names that are not there are added. */
export function withSettings(text: string, values: Readonly<Record<string, string>>): string {
  const kept = text.split('\n').filter((line) => line !== '' && values[/^(\w+)=/.exec(line)?.[1] ?? ''] === undefined)
  return [...kept, ...Object.entries(values).map(([name, value]) => `${name}=${value}`), ''].join('\n')
}

export function manifestOf(text: string): Manifest {
  const documents = text
    .split(/^---$/m)
    .filter((part) => part.trim() !== '')
    .map((part) => ({
      kind: /^kind: (\S+)$/m.exec(part)?.[1] ?? '',
      name: /^metadata:\n(?:  .*\n)*?  name: (\S+)$/m.exec(part)?.[1] ?? '',
      text: part,
    }))
  const namespace = documents.find(({ kind }) => kind === 'StatefulSet')?.text.match(/^  namespace: (\S+)$/m)?.[1]
  if (namespace === undefined) throw new Error('the overlay names no namespace')
  return { namespace, documents }
}

/** Documents as one text for `kubectl apply`. */
export function textOf(documents: readonly Document[]): string {
  return documents.map(({ text }) => text.trim()).join('\n---\n')
}
