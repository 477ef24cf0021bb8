/** What a user of ccxt overrides: the `urls` of its `binance`. `http` is the exchange's address. */
export function ccxtUrls(http: string) {
  const ws = http.replace('http', 'ws')
  return {
    api: {
      public: `${http}/api/v3`,
      private: `${http}/api/v3`,
      v1: `${http}/api/v1`,
      sapi: `${http}/sapi/v1`,
      sapiV2: `${http}/sapi/v2`,
      sapiV3: `${http}/sapi/v3`,
      sapiV4: `${http}/sapi/v4`,
      fapiPublic: `${http}/fapi/v1`,
      dapiPublic: `${http}/dapi/v1`,
      ws: { spot: `${ws}/ws`, 'ws-api': { spot: `${ws}/ws-api/v3` } },
    },
  }
}
