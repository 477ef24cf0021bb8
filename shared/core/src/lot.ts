/** The largest multiple of `step` that is at most `quantity`. */
export function floorToStep(quantity: number, step: number): number {
  if (step === 1) return quantity
  const floored = Math.floor(quantity / step) * step
  return floored > quantity ? floored - step : floored
}

/** How many whole units of price `unit` a budget (a safe integer) buys. */
export function unitsWithin(budget: number, unit: number): number {
  const units = Math.floor(budget / unit)
  return units * unit > budget ? units - 1 : units
}
