// The evening story's three phones: what each labels, how bundles get from one to another, and how well each reads what none
// of them has seen.
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { haversack } from '../../server/cli/captured.ts';
import { approve, askToBeLetIn, enterAdminKey, go, installModels } from './app.ts';
import { Device } from './device.ts';
import { type RunningServer, startServer } from './server.ts';

export const model = 'digits';
const table = join(import.meta.dirname, '..', '..', '..', 'demo', 'data', 'digits.csv');

const [header, ...lines] = readFileSync(table, 'utf8').trim().split('\n') as [string, ...string[]];
/** By the digit that was meant, in the order of the table. */
const byDigit = Array.from({ length: 10 }, (_, digit) => lines.filter(line => line.endsWith(`,${digit}`)));

/** It has seen 0 to 3; of the others two each, so that it has a word for them. */
const parentRows = byDigit.flatMap((rows, digit) => rows.slice(0, digit < 4 ? 40 : 2));
const labelledEach = 15;
/** Nobody has learned from these. */
const testRows: readonly { readonly digit: string; readonly numbers: string }[] = byDigit.flatMap(rows =>
  rows
    .slice(-20)
    .map(line => ({ digit: line.split(',').at(-1)!, numbers: line.split(',').slice(0, -1).join(',') })),
);

export interface Phone {
  /** What an admin sees of it. */
  readonly code: string;
  readonly digits: readonly number[];
  readonly device: Device;
  readonly page: Page;
}

export interface Evening {
  readonly server: RunningServer;
  readonly folder: string;
  /** Anna, Ben, Cleo: each meets other digits. */
  readonly phones: readonly [Phone, Phone, Phone];
  close(): Promise<void>;
}

/** Three phones that a registry has let in, with version 1, before they go out. */
export async function morning(): Promise<Evening> {
  const server = await startServer(['--no-demo']);
  const folder = await mkdtemp(join(tmpdir(), 'haversack-evening-'));
  const key = await server.adminKey();
  await writeFile(join(folder, 'few.csv'), [header, ...parentRows].join('\n'));
  const env = { HAVERSACK_URL: server.url, HAVERSACK_KEY: key };
  const made = [
    ['train', '--new', 'mlp:32', '--data', 'few.csv', '--target', 'digit', '--seed', '1', '--epochs', '60'],
    ['push', 'few.onnx', '--model', model],
  ] as const;
  for (const words of [[...made[0], '--test-size', '0.1', '--out', 'few.onnx'], [...made[1]]]) {
    const { code, err } = await haversack(folder, words, { env });
    if (code !== 0) throw new Error(err);
  }
  const phone = async (digits: readonly number[]): Promise<Phone> => {
    const device = await Device.create();
    const page = await device.open(server.url);
    await installModels(page, [model]);
    const code = await askToBeLetIn(page);
    return { code, digits, device, page };
  };
  const phones = [await phone([4, 5]), await phone([6, 7]), await phone([8, 9])] as const;
  const admin = await phones[0].device.open(server.url);
  await enterAdminKey(admin, key);
  for (const { code } of phones) await approve(admin, code, 'trainer');
  await admin.close();
  for (const { page } of phones) {
    await go(page, '#/collect');
    await page.getByText('The registry has not let this device in yet').waitFor({ state: 'detached' });
  }
  return {
    server,
    folder,
    phones,
    close: async () => {
      for (const { device } of phones) await device.close();
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Labels what the phone meets: gives the numbers, taps the digit. */
export async function labelDigits({ page, digits }: Phone): Promise<void> {
  await go(page, `#/teach/${model}`);
  const field = page.locator('main textarea').first();
  const choices = page.getByRole('group', { name: 'What is it?' });
  let count = 0;
  for (let i = 0; i < labelledEach; i += 1) {
    for (const digit of digits) {
      await field.fill(byDigit[digit]![50 + i]!.split(',').slice(0, -1).join(' '));
      await choices.getByRole('button', { name: String(digit), exact: true }).click();
      count += 1;
      await page
        .getByText(new RegExp(`^${count} samples?$`))
        .first()
        .waitFor();
    }
  }
}

/** A run as it is offered; ends on Judge. */
export async function train(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^(Start training|Train again)$/ }).click();
  await page.getByText('What should become of it?').waitFor({ timeout: 120_000 });
}

/** Puts what is chosen into a file, as a person would carry it. @returns its path */
export async function carry(
  page: Page,
  folder: string,
  choices: { readonly taught: boolean; readonly samples: boolean },
): Promise<{ readonly path: string; readonly bytes: number }> {
  await go(page, '#/collect');
  await page.getByLabel(/What I taught/).setChecked(choices.taught);
  if (choices.samples) await page.getByLabel(/My samples/).setChecked(true);
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Save the file' }).click(),
  ]);
  const path = join(folder, download.suggestedFilename());
  await download.saveAs(path);
  return { path, bytes: (await stat(path)).size };
}

export async function openBundle(page: Page, path: string): Promise<void> {
  await go(page, '#/collect');
  await page.locator('input[type=file][accept=".haversack"]').setInputFiles(path);
  await page.getByText(/^What .* brought$/).waitFor();
}

export interface Marks {
  /** Share of all rows that it reads right. */
  readonly accuracy: number;
  /** By digit. */
  readonly recall: ReadonlyMap<string, number>;
}

/** What runs on the phone now, on rows that nobody has learned from. */
export async function marksOf(page: Page): Promise<Marks> {
  await go(page, `#/use/${model}`);
  await page.getByRole('tab', { name: 'Table' }).click();
  await page.getByLabel('Rows, one a line').fill(testRows.map(({ numbers }) => numbers).join('\n'));
  await page.getByRole('button', { name: 'Answer all rows' }).click();
  const cells = page.locator('main table tbody tr td:nth-child(2)');
  await cells.nth(testRows.length - 1).waitFor();
  const answers = (await cells.allInnerTexts()).map(text => text.trim());
  const right = (rows: readonly number[]) =>
    rows.filter(row => answers[row] === testRows[row]!.digit).length / rows.length;
  const digits = [...new Set(testRows.map(({ digit }) => digit))];
  const rowsOf = (wanted: string) => testRows.flatMap(({ digit }, row) => (digit === wanted ? [row] : []));
  return {
    accuracy: right(testRows.map((_, row) => row)),
    recall: new Map(digits.map(digit => [digit, right(rowsOf(digit))])),
  };
}
