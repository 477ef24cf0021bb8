const MINUTE = 60
const HOUR = 60 * MINUTE

/** A length of time for a person, in two units at most: `45 s`, `3 min 10 s`, `2 h 5 min`. @param seconds 0 or more */
export function durationText(seconds: number): string {
  const whole = Math.round(seconds)
  if (whole < MINUTE) return `${whole} s`
  if (whole < HOUR) return units(whole, MINUTE, 'min', 's')
  return units(Math.round(whole / MINUTE), MINUTE, 'h', 'min')
}

/** The same for what is not known exactly: whole tens of seconds from half a minute on, whole minutes from ten on. */
export function estimateText(seconds: number): string {
  const step = seconds < 30 ? 5 : seconds < 10 * MINUTE ? 10 : MINUTE
  return `about ${durationText(Math.max(5, Math.round(seconds / step) * step))}`
}

function units(value: number, size: number, large: string, small: string): string {
  const rest = value % size
  const whole = `${Math.floor(value / size)} ${large}`
  return rest === 0 ? whole : `${whole} ${rest} ${small}`
}
