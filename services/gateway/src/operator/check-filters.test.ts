import { describe, expect, test } from 'vitest'
import { testListing } from '../../testing/listing.ts'
import { changedFilters } from './listing.ts'
import { OperatorError } from './operator-error.ts'

// Two price and five quantity decimals; USDT has eight.
const [symbol] = testListing().symbols
const quote = { id: 1, code: 'USDT', decimals: 8 }

/** The refusal of the change of filters; `taken` when it is accepted. */
function outcome(words: string): string {
  const change = Object.fromEntries(words.split(' ').map((word) => word.split('=') as [string, string]))
  try {
    changedFilters(symbol!, quote, change)
    return 'taken'
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error
    return error.message
  }
}

describe('filters that no order can pass are refused by their names', () => {
  test.each([
    ['minPrice=10 maxPrice=5', 'minPrice is more than maxPrice: no price could pass'],
    ['minPrice=10 maxPrice=10.04 tickSize=0.09', /^no multiple of tickSize lies between minPrice and maxPrice/],
    ['maxPrice=5 tickSize=6', /^no multiple of tickSize/],
    ['minQuantity=2 maxQuantity=1', /^minQuantity is more than maxQuantity/],
    ['maxQuantity=1 stepSize=2', /^no multiple of stepSize/],
    ['marketMinQuantity=2 marketMaxQuantity=1', /^marketMinQuantity is more than marketMaxQuantity/],
    ['marketMaxQuantity=1 marketStepSize=2', /^no multiple of marketStepSize/],
    ['maxQuantity=1 marketMinQuantity=2', /^no market order can keep to/],
    ['minQuantity=2 marketMaxQuantity=1', /^no market order can keep to/],
    ['stepSize=3 marketStepSize=7 maxQuantity=20', /^no market order can keep to/],
    ['minQuantity=2 maxPosition=1', /^maxPosition is less than the least quantity/],
    ['minNotional=10 maxNotional=5', /^minNotional is more than maxNotional/],
    ['minNotional=50000000000', /^minNotional is more than maxNotional, or than a notional can be/],
    ['maxPrice=10 maxQuantity=10 minNotional=101', /^minNotional is more than maxPrice × maxQuantity/],
    ['minPrice=10 minQuantity=10 maxNotional=99', /^the least price × the least quantity is more than maxNotional/],
    ['bidMultiplierDown=2 bidMultiplierUp=1', /^bidMultiplierDown is more than bidMultiplierUp/],
    ['askMultiplierDown=2 askMultiplierUp=1', /^askMultiplierDown is more than askMultiplierUp/],
    ['maxPrice=99999999999999999', 'maxPrice is more than 90071992547409.91'],
    ['tickSize=0.001', 'tickSize has more than 2 decimals'],
  ])('%s: %s', (words, expected) => {
    if (typeof expected === 'string') expect(outcome(words)).toBe(expected)
    else expect(outcome(words)).toMatch(expected)
  })
})

describe('filters that some order can pass are accepted', () => {
  test.each([
    'minPrice=5 maxPrice=5',
    'minPrice=10 maxPrice=0',
    'minPrice=0 maxPrice=5 tickSize=0',
    'minQuantity=6 maxQuantity=20 stepSize=3 marketStepSize=2 marketMinQuantity=6',
    'minQuantity=1 maxPosition=1',
    'minNotional=5 maxNotional=5',
    'maxPrice=10 maxQuantity=10 minNotional=100',
    'minPrice=10 minQuantity=10 maxNotional=100',
    'bidMultiplierDown=2 bidMultiplierUp=0',
    'bidMultiplierDown=1 bidMultiplierUp=1 askMultiplierDown=0',
  ])('%s', (words) => expect(outcome(words)).toBe('taken'))
})
