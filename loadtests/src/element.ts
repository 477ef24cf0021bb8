/** The element at `index`, which is there. @throws RangeError when it is not */
export function element<T>(list: ArrayLike<T>, index: number): T {
  const found = list[index]
  if (found === undefined) throw new RangeError(`of ${list.length} elements there is none at ${index}`)
  return found
}

/** Take the element at `index` out of the list. @throws RangeError when it is not there */
export function takeOut<T>(list: T[], index: number): T {
  const found = element(list, index)
  list.splice(index, 1)
  return found
}
