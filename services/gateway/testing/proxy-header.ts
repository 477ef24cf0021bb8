/** The header of version 2 of the PROXY protocol that announces an IPv4 client. */
export function proxyHeader(client: string, ...tlvs: readonly number[]): Buffer {
  const block = [...client.split('.').map(Number), 127, 0, 0, 1, 0xc3, 0x50, 0x01, 0xbb, ...tlvs]
  const signature = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1')
  return Buffer.concat([signature, Buffer.from([0x21, 0x11, block.length >> 8, block.length & 0xff, ...block])])
}

/** The same in version 1. */
export function proxyLine(client: string): string {
  return `PROXY TCP4 ${client} 127.0.0.1 50000 443\r\n`
}
