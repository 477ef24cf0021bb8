import { listed } from './feeder.ts'
import { Command, CommandKind } from '@uptick/core'
const N = 1_000_000
const cpu = (f: () => void) => { const t0 = process.cpuUsage(); f(); const t = process.cpuUsage(t0); return (t.user + t.system) * 1000 / N }
function calib() { let a = 1, s = 0; for (let i = 0; i < N * 20; i++) { a = Math.imul(a ^ i, 0x9e3779b1); a = (a << 13) | (a >>> 19); s += a & 1 } return s }
const fd = listed(); const x = fd.exchange; const c = fd.command
let seq = x.sequence, t = x.time, id = 0, num = 0
function ex() { x.output.clear(); return x.execute(c, ++seq, t += 3) }
for (let r = 0; r < 4; r++) {
  const cal = cpu(calib) / 20
  c.reset(); c.account = 1; c.symbol = 0; c.price = 1000000; c.quantity = 10; c.clientId.set('abcdefghijkl')
  const restCancel = cpu(() => { for (let i = 0; i < N; i++) { c.kind = CommandKind.PLACE; if (ex()) throw 1; id++; c.kind = CommandKind.CANCEL; c.targetOrder = id; if (ex()) throw 2 } })
  c.session = 0
  const tick = cpu(() => { c.kind = CommandKind.TICK; for (let i = 0; i < N; i++) ex() })
  const trade = cpu(() => { c.kind = CommandKind.PLACE; for (let i = 0; i < N; i++) { c.account = 1; c.side = 0; if (ex()) throw 1; c.account = 2; c.side = 1; if (ex()) throw 2; id += 2 } })
  const reject = cpu(() => { c.kind = CommandKind.PLACE; c.account = 999999; for (let i = 0; i < N; i++) ex() })
  c.side = 0
  console.log(`calib ${cal.toFixed(2)} ns/step; place+cancel ${restCancel.toFixed(0)} ns, tick ${tick.toFixed(0)}, rest+trade ${trade.toFixed(0)}, reject ${reject.toFixed(0)}`)
}
