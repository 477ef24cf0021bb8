import { ExecutionType, ExpiryReason, OrderStatus, OrderType, SelfTradePrevention, SymbolStatus } from '@uptick/core'
import { expect, test } from 'vitest'
import {
  executionTypeName,
  expiryReasonName,
  orderStatusName,
  orderTypeName,
  parseCancelRestriction,
  parseOrderType,
  parseSelfTradePrevention,
  parseSide,
  parseSymbolStatus,
  symbolStatusName,
} from './enum-names.ts'

test('every member has a name and comes back from it', () => {
  for (const type of Object.values(OrderType)) expect(parseOrderType(orderTypeName(type))).toBe(type)
  for (const status of Object.values(SymbolStatus)) expect(parseSymbolStatus(symbolStatusName(status))).toBe(status)
  for (const status of Object.values(OrderStatus)) expect(orderStatusName(status)).toMatch(/^[A-Z_]+$/)
  for (const reason of Object.values(ExpiryReason)) expect(expiryReasonName(reason)).toMatch(/^[A-Z_]+$/)
  expect(Object.values(ExecutionType).map(executionTypeName)).toContain('TRADE_PREVENTION')
  expect(executionTypeName(ExecutionType.TRIGGERED)).toBe('NEW')
})

test('what a client may not send is unknown', () => {
  for (const text of ['buy', '', 'constructor', '__proto__', 'BUY ']) expect(parseSide(text)).toBeUndefined()
  expect(parseSelfTradePrevention('TRANSFER')).toBeUndefined()
  expect(parseSelfTradePrevention('DECREMENT')).toBe(SelfTradePrevention.DECREMENT)
  expect(parseCancelRestriction('NONE')).toBeUndefined()
  expect(parseCancelRestriction('ONLY_NEW')).toBe(1)
})
