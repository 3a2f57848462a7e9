// Pictures of what was seen, for people: only where a folder for them was named (`npm run firefox -- --shots DIR`).
import { join } from 'node:path';
import type { Page } from 'playwright';
import type { Device } from '../../e2e/support/device.ts';

const folder = process.env['HAVERSACK_SHOTS'];

/** @param device that the page is of */
export async function shoot({ complaints }: Device, page: Page, name: string): Promise<void> {
  if (!folder) return;
  const before = complaints.length;
  await page.screenshot({ path: join(folder, `${name}.png`), caret: 'initial' });
  // To hold what moves, a style is put into the page, which its policy refuses: no fault of the page's.
  const meanwhile = complaints.splice(before);
  complaints.push(...meanwhile.filter(text => !/style-src-elem/.test(text)));
}
