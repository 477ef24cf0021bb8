/** The element at `index`. @throws RangeError when there is none */
export function element<T>(list: ArrayLike<T>, index: number): T {
  const found = list[index]
  if (found === undefined) throw new RangeError(`of ${list.length} elements there is none at ${index}`)
  return found
}

/** Remove the element at `index` from the list. @throws RangeError when there is none */
export function takeOut<T>(list: T[], index: number): T {
  const found = element(list, index)
  list.splice(index, 1)
  return found
}
