// What the end-to-end tests leave on the disk, profiles of browsers above all, lies in one folder that goes with the run.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export default function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'haversack-run-'));
  process.env['TMPDIR'] = folder;
  return () => {
    // A browser that was killed may still be writing.
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  };
}
