/** @param {number} at ms since 1970; `14:03:27` */
export function clockTime(at) {
  return new Date(at).toISOString().slice(11, 19)
}

/** @param {number} at ms since 1970; `14:03:27.180` */
export function exactTime(at) {
  return new Date(at).toISOString().slice(11, 23)
}

/** @param {number} ms `180 ms`, `3.2 s`, `4 min`, `2 h 5 min`, `3 d 4 h` */
export function duration(ms) {
  if (ms < 1_000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`
  const minutes = Math.floor(ms / 60_000)
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`
}

/** @param {number} count `12,345,678` */
export function grouped(count) {
  return String(count).replaceAll(/\B(?=(\d{3})+$)/g, ',')
}

/** @param {number} count @param {string} one */
export function counted(count, one) {
  return `${grouped(count)} ${one}${count === 1 ? '' : 's'}`
}

/** What a state is called where people read it. @param {string} state */
export function stateName(state) {
  return state.replaceAll('-', ' ')
}
