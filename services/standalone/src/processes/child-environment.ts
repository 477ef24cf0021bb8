/** The part of this process's environment that services get in addition to their settings. */
export function childEnvironment(): Record<string, string> {
  const { PATH = '', HOME = '', NODE_OPTIONS } = process.env
  return { PATH, HOME, ...(NODE_OPTIONS !== undefined && { NODE_OPTIONS }) }
}
