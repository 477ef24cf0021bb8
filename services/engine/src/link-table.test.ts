import { LinkRole } from '@uptick/protocol'
import { expect, test } from 'vitest'
import { LINK_STUCK_MS_MAX, LINKS_MAX } from './limits.ts'
import { LinkTable, type LinkPeer } from './link-table.ts'
import type { LinkSocket } from './seams.ts'

class Socket implements LinkSocket {
  readonly peer = 'test'
  bufferedBytes = 0
  closedWith: number | undefined

  send(): void {}

  close(code: number): void {
    this.closedWith = code
  }
}

const peer = (instance: string, session: number): LinkPeer => ({ instance, session, role: LinkRole.GATEWAY })

function table() {
  const clock = { time: 0, now: () => 0, elapsed: () => clock.time }
  return { clock, links: new LinkTable(clock) }
}

test('slots are bounded, and free again when a closed link has no command under way', () => {
  const { links } = table()
  const all = Array.from({ length: LINKS_MAX }, (_, i) => links.open(new Socket(), peer(`g${i}`, i))!)
  expect(links.open(new Socket(), peer('one more', 99))).toBeUndefined()
  const link = all[5]!
  link.unanswered = 3
  links.closed(link)
  expect(links.hasSession(5)).toBe(false)
  expect(links.open(new Socket(), peer('one more', 99))).toBeUndefined()
  const counts = new Int32Array(LINKS_MAX)
  counts[5] = 3
  links.answered(counts)
  expect(links.open(new Socket(), peer('one more', 99))?.slot).toBe(5)
})

test('a link whose socket takes nothing is closed; one that takes a little is not', () => {
  const { clock, links } = table()
  const stuck = links.open(new Socket(), peer('stuck', 1))!
  const slow = links.open(new Socket(), peer('slow', 2))!
  const idle = links.open(new Socket(), peer('idle', 3))!
  for (const { socket } of [stuck, slow]) (socket as Socket).bufferedBytes = 1000
  for (let i = 0; i < 20; i++) {
    clock.time += LINK_STUCK_MS_MAX / 10
    links.progressed(slow)
    links.closeStuck()
  }
  expect([stuck, slow, idle].map(({ isOpen }) => isOpen)).toEqual([false, true, true])
})
