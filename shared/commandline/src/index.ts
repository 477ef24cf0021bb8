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
export { printable, printableLines } from './printable.ts'
export { causeOf, errorCode, messageOf, Problem } from './problem.ts'
