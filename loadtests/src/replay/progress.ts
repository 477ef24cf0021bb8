import { Presets, SingleBar } from 'cli-progress'

const SHOW_EVERY_MS = 100

export interface ProgressBar {
  readonly update: (part: number, commands: number) => void
  readonly stop: () => void
}

/** A bar on a terminal, nothing anywhere else. */
export function progressBar(stream: NodeJS.WriteStream, total: number | undefined): ProgressBar {
  if (!stream.isTTY) return { update: () => undefined, stop: () => undefined }
  const format = `  {bar} {percentage} %  {commands}${total === undefined ? '' : ` of ${total.toLocaleString('en')}`} commands  {duration_formatted}`
  const bar = new SingleBar({ format, stream, hideCursor: true, clearOnComplete: true }, Presets.shades_classic)
  bar.start(1000, 0, { commands: 0 })
  let shown = 0
  return {
    update: (part, commands) => {
      if (performance.now() - shown < SHOW_EVERY_MS) return
      shown = performance.now()
      bar.update(Math.floor(part * 1000), { commands: commands.toLocaleString('en') })
    },
    stop: () => bar.stop(),
  }
}
