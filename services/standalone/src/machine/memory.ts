import { totalmem } from 'node:os'

const MEBIBYTE = 1024 * 1024
/**
 * Memory of PostgreSQL, two engines, a recorder and two gateways with a quiet market. With less the system kills
 * processes.
 */
const MEMORY_MIN = 700 * MEBIBYTE

/** Bytes that this process and its children may use: of the machine, or of the control group that holds them. */
export function grantedMemory(): number {
  const constrained = process.constrainedMemory()
  return constrained > 0 ? Math.min(constrained, totalmem()) : totalmem()
}

/** A message for a machine that grants too little memory; undefined when it is enough. */
export function memoryRemark(granted: number): string | undefined {
  if (granted >= MEMORY_MIN) return undefined
  const [has, needs] = [granted, MEMORY_MIN].map((bytes) => Math.floor(bytes / MEBIBYTE))
  return `This machine grants ${has} MiB of memory and the exchange needs ${needs}: the system may kill processes of it.`
}

/** How a process ended, with the likely cause where the system does not tell one. */
export function endedHow(how: string): string {
  return how === 'SIGKILL' ? 'SIGKILL: killed by hand, or by the system for want of memory' : how
}
