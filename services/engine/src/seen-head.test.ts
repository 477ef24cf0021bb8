import { JournalRolledBackError } from '@uptick/journal'
import { describe, expect, test } from 'vitest'
import { SeenHead } from './seen-head.ts'

const at = (epoch: number, claim: string | undefined, last = 0): Parameters<SeenHead['looked']>[0] => ({
  head: { epoch, last },
  claim,
})

describe('SeenHead', () => {
  test('accepts rising epochs, and the same claim again', () => {
    const seen = new SeenHead()
    for (const view of [at(0, undefined), at(1, 'a'), at(1, 'a', 7), at(4, 'b')]) seen.looked(view)
    seen.claimed({ epoch: 5, last: 7 })
    seen.looked(at(5, 'c', 9))
    expect(seen.epoch).toBe(5)
  })

  test('an older epoch, or the same one of another claim, is that of a journal that lost rows', () => {
    const seen = new SeenHead()
    seen.looked(at(3, 'a'))
    expect(() => seen.looked(at(2, 'a'))).toThrow(JournalRolledBackError)
    expect(() => seen.looked(at(3, 'b'))).toThrow('epoch 3 was given twice')
    expect(() => seen.claimed({ epoch: 3, last: 0 })).toThrow('the journal gives epoch 3, and was at 3')
  })

  test('an older release, which claims without a name, contradicts nothing', () => {
    const seen = new SeenHead()
    seen.looked(at(3, 'a'))
    seen.looked(at(4, 'a'))
    seen.looked(at(4, undefined))
    seen.looked(at(5, undefined))
    seen.looked(at(5, 'b'))
    expect(seen.epoch).toBe(5)
  })
})
