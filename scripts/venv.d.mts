export class PythonAbsent extends Error {
  override readonly name: 'PythonAbsent';
}

export interface Venv {
  readonly folder: string;
  /** Its scripts. */
  readonly bin: string;
  readonly python: string;
}

export function ensureVenv(root: string, name: string, requirements: readonly string[]): Promise<Venv>;
