/** @throws Error when it is no object in JSON */
export function parseObject(text: string): object {
  let value: object | null
  try {
    value = JSON.parse(text)
  } catch {
    throw new Error('it is not JSON')
  }
  if (typeof value !== 'object' || value === null) throw new Error('it is no object')
  return value
}
