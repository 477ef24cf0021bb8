import { BAD, type Colour, GOOD, WARNING } from '../grafana/palette.ts'
import type { Step } from '../grafana/spec.ts'

/** Good below `value`, worth a look from it on. */
export function warnFrom(value: number): readonly Step[] {
  return from(GOOD, value, WARNING)
}

/** Good below `value`, bad from it on. */
export function badFrom(value: number): readonly Step[] {
  return from(GOOD, value, BAD)
}

/** Bad below `value`, good from it on. */
export function goodFrom(value: number): readonly Step[] {
  return from(BAD, value, GOOD)
}

function from(below: Colour, value: number, above: Colour): readonly Step[] {
  return [
    { value: undefined, colour: below },
    { value, colour: above },
  ]
}
