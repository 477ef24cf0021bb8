export { Command, InvalidArgumentError, Option } from 'commander'
export {
  commandLine,
  complain,
  configured,
  EXIT_FAILED,
  EXIT_USAGE,
  pathFrom,
  positiveNumber,
  runCommand,
  someText,
  wholeNumber,
} from './command-line.ts'
export {
  isInterrupted,
  temporaryFolder,
  throwIfInterrupted,
  undoAll,
  undoLater,
  undoWhenInterrupted,
  type TemporaryFolder,
} from './interruption.ts'
export { endsWithUs } from './own-child.ts'
export { durationText, estimateText } from './durations.ts'
export { printable, printableLines } from './printable.ts'
export { Progress, type ProgressOptions } from './progress.ts'
export { causeOf, errorCode, messageOf, Problem } from './problem.ts'
export { show } from './show.ts'
