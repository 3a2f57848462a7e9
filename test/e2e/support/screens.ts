// Every screen of a furnished device (`furnish.ts`), and how to get to it with something on it, in whatever language the
// app speaks. Used by the accessibility test and the contact sheet.
import type { Page } from 'playwright';
import { digitTraces, draw } from './app.ts';

export interface Screen {
  readonly name: string;
  readonly hash: string;
  /** Brings it to a state worth seeing. */
  readonly prepare?: (page: Page) => Promise<void>;
}

export const looks = {
  sizes: [
    { name: 'phone', width: 390, height: 844 },
    { name: 'desk', width: 1280, height: 800 },
  ],
  schemes: ['light', 'dark'],
  languages: [
    { name: 'en', locale: 'en-GB' },
    { name: 'zh-CN', locale: 'zh-CN' },
  ],
} as const;

const tab = (n: number) => async (page: Page) => {
  await page.getByRole('tab').nth(n).click();
};

/** What is chosen on Admin. */
export const demoFile = new URL('../../../demo/models/digits/1/model.onnx', import.meta.url).pathname;

export const screens: readonly Screen[] = [
  { name: 'use-digits', hash: '#/use/digits', prepare: drawDigit },
  { name: 'use-iris', hash: '#/use/iris' },
  { name: 'use-iris-table', hash: '#/use/iris', prepare: answerTable },
  { name: 'teach-digits', hash: '#/teach/digits' },
  { name: 'teach-iris', hash: '#/teach/iris' },
  { name: 'teach-settings', hash: '#/teach/digits', prepare: chooseLowRank },
  { name: 'judge', hash: '#/judge/iris' },
  { name: 'judge-figures', hash: '#/judge/iris', prepare: unfold },
  { name: 'judge-no-candidate', hash: '#/judge/digits' },
  { name: 'shrink', hash: '#/shrink/digits', prepare: measure },
  { name: 'library', hash: '#/library', prepare: unfold },
  { name: 'new-model', hash: '#/new' },
  { name: 'new-model-photos', hash: '#/new/photo' },
  { name: 'new-model-sounds', hash: '#/new/sound' },
  { name: 'records', hash: '#/records' },
  { name: 'admin-models', hash: '#/admin/models' },
  { name: 'admin-upload', hash: '#/admin/upload', prepare: noFile },
  { name: 'admin-file', hash: '#/admin/upload', prepare: chooseFile },
  { name: 'admin-versions', hash: '#/admin/models/iris/versions' },
  { name: 'admin-version', hash: '#/admin/models/iris/versions/4' },
  { name: 'admin-rollout', hash: '#/admin/models/iris/rollout' },
  { name: 'admin-rollout-form', hash: '#/admin/models/iris/rollout', prepare: changeRollout },
  { name: 'admin-about', hash: '#/admin/models/iris/about' },
  { name: 'admin-devices', hash: '#/admin/devices' },
  { name: 'admin-device', hash: '#/admin/devices', prepare: firstDevice },
  { name: 'admin-invite', hash: '#/admin/devices', prepare: invite },
  { name: 'admin-keys', hash: '#/admin/keys' },
  { name: 'admin-audit', hash: '#/admin/audit/iris' },
  { name: 'admin-live', hash: '#/admin/live', prepare: askServer },
  { name: 'settings', hash: '#/settings' },
];

/** Goes to a screen and waits until nothing on it is busy. */
export async function show(page: Page, screen: Screen): Promise<void> {
  await page.evaluate(hash => {
    if (location.hash !== hash) location.hash = hash;
  }, screen.hash);
  await page.locator('main h1').first().waitFor({ state: 'attached' });
  await settled(page);
  await screen.prepare?.(page);
  await settled(page);
  await page.waitForTimeout(300);
}

async function settled(page: Page): Promise<void> {
  await page.waitForFunction(() => !document.querySelector('main [aria-busy="true"]'), undefined, {
    timeout: 60_000,
  });
}

async function drawDigit(page: Page): Promise<void> {
  const { size, traces } = await digitTraces();
  await draw(page, traces[3]!.strokes, size);
  await page.evaluate(() => scrollTo(0, 0));
  await page.waitForTimeout(400);
}

async function answerTable(page: Page): Promise<void> {
  await tab(1)(page);
  await page.locator('main textarea').fill('5.1,3.5,1.4,0.2\n6.3,3.3,6.0,2.5\n5.9,3.0,4.2,1.5\n');
  await page.locator('main .button.primary').first().click();
  await page.locator('main table').waitFor();
}

/** Measures every size of the model once; what was measured goes with the screen. */
async function measure(page: Page): Promise<void> {
  await page.locator('main .button:has(.icon)').last().click();
  await page.locator('main table').waitFor({ timeout: 60_000 });
}

/** With all that the settings of Teach hold. */
async function chooseLowRank(page: Page): Promise<void> {
  await unfold(page);
  await page.locator('.teach-settings select:has(option[value="lora"])').selectOption('lora');
}

async function unfold(page: Page): Promise<void> {
  await page.locator('main details.fold').evaluateAll(folds => {
    for (const fold of folds) (fold as HTMLDetailsElement).open = true;
  });
}

/** A prediction, from elsewhere: what the page asks, its own service worker may answer. */
async function askServer(page: Page): Promise<void> {
  const answer = await page.request.post(new URL('/predict', page.url()).href, {
    data: { model: 'iris', inputs: [5.1, 3.5, 1.4, 0.2] },
  });
  if (!answer.ok()) throw new Error(`the server answered ${answer.status()}`);
  await page.locator('main .live-numbers').waitFor();
  await page.locator('main .chart canvas').nth(1).waitFor();
}

/** As it is before a file was chosen. */
async function noFile(page: Page): Promise<void> {
  const another = page.locator('main .card > header .button.quiet');
  if ((await page.locator('main .drop').count()) === 0) await another.click();
}

async function changeRollout(page: Page): Promise<void> {
  await page.locator('main .button.primary:has(.icon)').first().click();
  await page.locator('main form input[type="range"]').fill('25');
}

async function firstDevice(page: Page): Promise<void> {
  await page.locator('main .admin-rows .admin-row').first().click();
  await page.locator('main .split-detail').waitFor();
}

/** The form, and not the code, which would be another at each time. */
async function invite(page: Page): Promise<void> {
  await page.locator('main .admin-find .button.primary').click();
  await page.locator('dialog form').waitFor();
}

async function chooseFile(page: Page): Promise<void> {
  await noFile(page);
  await page.locator('main input[type="file"]').first().setInputFiles(demoFile);
  await page.locator('main dl.facts').first().waitFor({ timeout: 20_000 });
}

/** Starts a run of digits that does not end by itself, and waits until there is something to see of it. */
export async function startTraining(page: Page): Promise<void> {
  await show(page, { name: 'teach', hash: '#/teach/digits', prepare: unfold });
  await page.locator('.teach-settings input[inputmode="decimal"]').first().fill('1000');
  await page.locator('main .button:has(+ .grow)').last().click();
  await page.locator('.teach-running .chart canvas').first().waitFor({ timeout: 60_000 });
  await page.waitForTimeout(1000);
}

/** Throws it away again. */
export async function stopTraining(page: Page): Promise<void> {
  await page.locator('.teach-running .button.danger').click();
  await page.locator('.teach-running').waitFor({ state: 'detached' });
}
