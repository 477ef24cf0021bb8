/**
 * Loaded into every service by the supervisor (`node --import`). The channel between the two closes when the supervisor
 * dies for any reason. Then the service shuts down too, so that nothing keeps running without a supervisor.
 */
const LAST_RESORT_MS = 8_000

process.once('disconnect', () => {
  process.kill(process.pid, 'SIGTERM')
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), LAST_RESORT_MS).unref()
})
// Listening must not keep the process alive.
process.channel?.unref()
