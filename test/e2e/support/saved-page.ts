// A model taken away as a page: saved in the app, and unpacked as whoever got the zip does.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { unzipSync } from 'fflate';
import type { Page } from 'playwright';

/** The form is open: the "Save" of it is pressed. @returns the zip and what it is called */
export async function downloadPage(page: Page): Promise<{ name: string; zip: Uint8Array }> {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Save', exact: true }).click(),
  ]);
  return { name: download.suggestedFilename(), zip: new Uint8Array(await readFile(await download.path())) };
}

/** @param home the folder that is made of it */
export async function unpackPage(zip: Uint8Array, home: string): Promise<void> {
  for (const [path, bytes] of Object.entries(unzipSync(zip))) {
    await mkdir(dirname(join(home, path)), { recursive: true });
    await writeFile(join(home, path), bytes);
  }
}
