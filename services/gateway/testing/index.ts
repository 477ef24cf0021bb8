/** What other packages test with the gateway's own means. */
export { limitsSuite, outcome } from './limits-suite.ts'
export { ccxtUrls } from './ccxt-urls.ts'
