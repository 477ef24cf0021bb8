/** What a service is given of the environment of this process, besides its settings. */
export function childEnvironment(): Record<string, string> {
  const { PATH = '', HOME = '', NODE_OPTIONS } = process.env
  return { PATH, HOME, ...(NODE_OPTIONS !== undefined && { NODE_OPTIONS }) }
}
