/** One changed rule: every tenth command happens a microsecond later than journaled. */
export const CHANGED_RULE = `
import { Exchange } from 'file:///uptick/shared/core/src/index.ts'
const { execute } = Exchange.prototype
Exchange.prototype.execute = function (command, sequence, time) {
  return execute.call(this, command, sequence, sequence % 10 === 0 ? time + 1 : time)
}`
