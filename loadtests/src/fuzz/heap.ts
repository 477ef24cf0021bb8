import { once } from 'node:events'
import { WebSocket } from 'ws'
import type { Service } from '../bench/service.ts'

const LISTENING = /Debugger listening on (ws:\S+)/

/** Node's flag for a service whose heap is to be read. */
export const inspectable = '--inspect=127.0.0.1:0'

interface Usage {
  readonly usedSize: number
  readonly backingStorageSize: number
}

/** Live bytes of a service's heap and buffers, after a garbage collection. */
export async function liveBytes(service: Service): Promise<number> {
  const url = LISTENING.exec(service.output)?.[1]
  if (url === undefined) throw new Error('the service does not say where its inspector listens')
  const socket = new WebSocket(url)
  await once(socket, 'open')
  const call = async (method: string): Promise<unknown> => {
    socket.send(JSON.stringify({ id: 1, method }))
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what the inspector documents
    const [data] = (await once(socket, 'message')) as [Buffer]
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what the inspector documents
    return (JSON.parse(data.toString()) as { result: unknown }).result
  }
  // The second collection frees what finalizers released.
  await call('HeapProfiler.collectGarbage')
  await call('HeapProfiler.collectGarbage')
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what the inspector documents
  const { usedSize, backingStorageSize } = (await call('Runtime.getHeapUsage')) as Usage
  socket.terminate()
  return usedSize + backingStorageSize
}
