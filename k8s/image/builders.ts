/** A program that builds images from a Dockerfile. */
export interface Builder {
  readonly name: string
  /** Ends with 0 where it can be used: docker may be there without its daemon. */
  readonly works: readonly string[]
  /** Options and folder follow. */
  readonly command: (image: string) => readonly string[]
}

export const builders: readonly Builder[] = [
  { name: 'docker', works: ['docker', 'info'], command: (image) => ['docker', 'build', '--tag', image] },
  { name: 'podman', works: ['podman', 'info'], command: (image) => ['podman', 'build', '--tag', image] },
  {
    name: 'buildah',
    works: ['buildah', 'info'],
    command: (image) => ['buildah', 'build', '--layers', '--tag', image],
  },
]

/**
 * `TAG` means `uptick:TAG`; `NAME:TAG` is taken as it is.
 *
 * @throws Error when the tag is missing, is no tag, or is `latest`, which names no version
 */
export function imageName(text: string): string {
  const isName = /[:/]/.test(text)
  const name = isName ? text : `uptick:${text}`
  const tag = /:([\w][\w.-]{0,127})$/.exec(name)?.[1]
  if (tag === undefined) throw new Error(`${text} has no tag: a release is known by it`)
  if (tag === 'latest') throw new Error('latest names no version: nodes would go on with the one that they have')
  // It is part of the names of Jobs, and a label.
  if (!/^[a-z0-9]([a-z0-9.-]{0,40}[a-z0-9])?$/.test(tag))
    throw new Error(`${tag} cannot be part of a name in Kubernetes: small letters, digits, dots and dashes`)
  return name
}

/** The image that a Dockerfile builds upon unless told. @throws Error when it names none */
export function baseOf(dockerfile: string): string {
  const base = /^ARG NODE_IMAGE=(\S+)$/m.exec(dockerfile)?.[1]
  if (base === undefined) throw new Error('the Dockerfile names no NODE_IMAGE')
  return base
}
