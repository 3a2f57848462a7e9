// A device that has been used for a while: models, samples, what it learned, sent and not yet sent. Speaks English to the app.
import type { Page } from 'playwright';
import {
  answeredBy,
  approve,
  askToBeLetIn,
  digitTraces,
  draw,
  enterAdminKey,
  go,
  installModels,
  readDigit,
  setRecipe,
} from './app.ts';
import type { RunningServer } from './server.ts';

/** Sepal length and width, petal length and width, in centimetres. None is in the data set: those would not be judged on. */
const flowers = [
  ['setosa', '5.12', '3.5', '1.4', '0.2'],
  ['setosa', '4.93', '3.1', '1.5', '0.2'],
  ['versicolor', '5.74', '2.8', '4.1', '1.3'],
  ['versicolor', '6.05', '2.7', '5.1', '1.6'],
  ['virginica', '6.36', '3.3', '6.0', '2.5'],
  ['virginica', '5.87', '2.7', '5.1', '1.9'],
] as const;

const measures = ['sepal length', 'sepal width', 'petal length', 'petal width'] as const;

/**
 * Leaves digits with samples; iris with samples, two versions that came of the same parent, and a candidate that is not
 * yet decided on; an admin's key in the tab.
 */
export async function furnish(page: Page, server: RunningServer): Promise<void> {
  await installModels(page, ['digits', 'iris']);
  await teachDigits(page, 3);
  await go(page, '#/shrink/digits');
  await page.getByRole('button', { name: 'Get it' }).click();
  await page.getByRole('button', { name: 'Use this one' }).waitFor();
  await go(page, '#/use/iris');
  await answeredBy(page, 'iris', 2);
  await labelFlowers(page);
  const code = await askToBeLetIn(page);
  await enterAdminKey(page, await server.adminKey());
  await approve(page, code, 'trainer');
  for (const version of [3, 4]) {
    await trainIris(page);
    await page.getByRole('button', { name: 'Send', exact: true }).first().click();
    await page.getByText(`sent: it is version ${version}`).first().waitFor({ timeout: 90_000 });
  }
  await trainIris(page);
}

async function teachDigits(page: Page, howMany: number): Promise<void> {
  const { size, traces } = await digitTraces();
  await go(page, '#/use/digits');
  await answeredBy(page, 'digits', 1);
  for (const { digit, strokes } of traces.slice(0, howMany)) {
    await draw(page, strokes, size);
    await readDigit(page);
    await page
      .getByRole('group', { name: 'Choose the right answer' })
      .getByRole('button', { name: digit, exact: true })
      .click();
  }
  await page.getByRole('link', { name: `Teach (${howMany})` }).waitFor();
}

async function labelFlowers(page: Page): Promise<void> {
  await go(page, '#/teach/iris');
  for (const [i, [label, ...numbers]] of flowers.entries()) {
    for (const [measure, number] of numbers.entries()) await page.getByLabel(measures[measure]!).fill(number);
    await page
      .getByRole('group', { name: 'What is it?' })
      .getByRole('button', { name: label, exact: true })
      .click();
    await page
      .getByText(i === 0 ? /^1 sample$/ : new RegExp(`^${i + 1} samples$`))
      .first()
      .waitFor();
  }
}

/** One round; ends on Judge, before the choice. */
export async function trainIris(page: Page): Promise<void> {
  await go(page, '#/teach/iris');
  await page.getByRole('button', { name: /^(Start training|Train again)$/ }).waitFor();
  await setRecipe(page, { epochs: 1, scope: 'head' });
  await page.getByRole('button', { name: /^(Start training|Train again)$/ }).click();
  await page.getByRole('button', { name: 'Keep', exact: true }).first().waitFor({ timeout: 120_000 });
}

/** Chooses a language in Settings by its own name, which is the same in every language. */
export async function speak(page: Page, language: 'en' | 'zh-CN'): Promise<void> {
  await go(page, '#/settings');
  await page.locator('main select').first().selectOption(language);
  await page.locator(`html[lang="${language}"]`).waitFor({ state: 'attached' });
}
