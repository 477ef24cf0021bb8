/** Where the exchange under test runs. */
export const namespace = process.env['UPTICK_NAMESPACE'] ?? 'uptick'
