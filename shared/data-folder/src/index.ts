export { certificateFile } from './certificate-file.ts'
export { chosenFolder, dataOption } from './data-option.ts'
export { exchangeOn, readRunning, runningFile, runningOn, type Running } from './running.ts'
export { readSettings, settingsFile, type DemoKey, type Settings } from './settings.ts'
