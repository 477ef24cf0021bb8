import { BOARDS } from './boards/index.ts'
import { boardOf } from './grafana/board.ts'

/** Where the dashboards are, with the component that brings them into a cluster. */
export const FOLDER = 'k8s/components/dashboards'

/** Contents of the generated files, by their path in the repository. */
export function boardFiles(): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(BOARDS).map(([name, spec]) => [
      `${FOLDER}/${name}.json`,
      `${JSON.stringify(boardOf(spec), undefined, 2)}\n`,
    ]),
  )
}
