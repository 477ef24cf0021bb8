import { createServer } from 'node:http'

/** A service that does nothing but live: it answers every question, and tells of each on its channel. */
createServer((request, response) => {
  process.send?.({ asked: request.url })
  response.end()
}).listen(Number(process.env['OPS_PORT']), '127.0.0.1')
