// The app as it was built, for commands that hand its files on.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../root-folder.ts';
import { UsageError } from './failure.ts';

/** @param remedy what else to do, beside building it. @throws UsageError */
export function builtApp(remedy: string): string {
  const folder = join(projectFolder(), 'dist/app');
  if (existsSync(join(folder, 'index.html'))) return folder;
  throw new UsageError('The app is not built.', remedy);
}
