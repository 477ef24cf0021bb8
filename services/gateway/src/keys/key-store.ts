import type { ApiKey } from './api-key.ts'
export declare class KeyStore {
  find(apiKey: string): ApiKey | undefined
}
