// A tab that dies while a model learns: the run goes on from where it was, and ends as if nothing had been.
import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { go, installModels, setRecipe } from './support/app.ts';
import { crash, Device } from './support/device.ts';
import { type RunningServer, startServer } from './support/server.ts';
import {
  candidates,
  shownStep,
  type StoredCandidate,
  type StoredRun,
  storedRuns,
} from './support/training.ts';

/** A run leaves its state every ten seconds: it is to take several times that, whatever this machine can do. */
const wantedSeconds = 40;
const measuredMs = 3_000;
const mostEpochs = 1000;
const triesAtMost = 3;
const endsWithinMs = 400_000;

describe('a tab that is killed while a model learns', () => {
  let server: RunningServer;
  let device: Device;
  let page: Page;

  beforeAll(async () => {
    server = await startServer();
    device = await Device.create();
    page = await device.open(server.url);
    await installModels(page, ['digits']);
    await go(page, '#/teach/digits');
  });
  afterAll(async () => {
    await device.close();
    await server.stop();
  });

  const unfinished = () => page.locator('.note').filter({ hasText: 'An unfinished run' });

  async function start(epochs: number): Promise<void> {
    await setRecipe(page, { epochs, scope: 'all' });
    await page.getByLabel('What computes').selectOption('wasm');
    await page.getByRole('button', { name: /Start training|Train again/ }).click();
    await page.getByText('on WebAssembly').first().waitFor({ timeout: 120_000 });
  }

  /** As many as take `wantedSeconds`, going by a run that is stopped again. */
  async function enoughEpochs(): Promise<number> {
    await start(mostEpochs);
    const from = await shownStep(page);
    await page.waitForTimeout(measuredMs);
    const { step, steps } = await shownStep(page);
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await page.getByRole('button', { name: 'Start training' }).waitFor();
    const perSecond = (step - from.step) / (measuredMs / 1000);
    return Math.min(mostEpochs, Math.ceil((wantedSeconds * perSecond * mostEpochs) / steps));
  }

  /** Null where the run was at its end before. */
  async function killAfterFirstState(): Promise<StoredRun | null> {
    const before = (await candidates(page)).length;
    const seen = async () => (await storedRuns(page)).length > 0 || (await candidates(page)).length > before;
    await expect.poll(seen, { timeout: endsWithinMs }).toBe(true);
    if ((await storedRuns(page)).length === 0) return null;
    await crash(page);
    page = await device.open(`${server.url}/#/teach/digits`);
    const [run] = await storedRuns(page);
    return run!;
  }

  /** With as many epochs as it takes for a state to be left: others keep this machine busy, or stop doing so. */
  async function cutShort(): Promise<{ run: StoredRun; epochs: number }> {
    let epochs = await enoughEpochs();
    expect(await storedRuns(page)).toEqual([]);
    for (let tries = 0; tries < triesAtMost; tries++) {
      await start(epochs);
      const run = await killAfterFirstState();
      if (run) return { run, epochs };
      epochs *= 3;
      await go(page, '#/teach/digits');
    }
    throw new Error(`${epochs / 3} epochs ended before the run left a state`);
  }

  /** The digest of the weights that the run under way ends with. @param before candidates that are there already */
  async function weightsOfNext(before: readonly StoredCandidate[]): Promise<string> {
    const known = new Set(before.map(({ digest }) => digest));
    const fresh = async () => (await candidates(page)).filter(({ digest }) => !known.has(digest));
    await expect.poll(fresh, { timeout: endsWithinMs }).toHaveLength(1);
    return (await fresh())[0]!.weights;
  }

  it('can go on with its run, which gives the very weights of one that was left alone', async () => {
    const { run, epochs } = await cutShort();
    expect(run.step).toBeGreaterThan(0);
    expect(run.step).toBeLessThan(run.steps);

    const share = `${Math.round((100 * run.step) / run.steps)}%`;
    await unfinished()
      .getByText(new RegExp(`^${share} done, from \\d`))
      .waitFor();
    const before = await candidates(page);
    await unfinished().getByRole('button', { name: 'Continue' }).click();
    await page.getByText(/^Step /).waitFor({ timeout: 60_000 });
    expect((await shownStep(page)).step).toBeGreaterThan(run.step);
    const resumed = await weightsOfNext(before);
    await expect.poll(() => storedRuns(page)).toEqual([]);
    await page.getByText('What should become of it?').waitFor();

    const between = await candidates(page);
    await go(page, '#/teach/digits');
    await start(epochs);
    expect(await weightsOfNext(between)).toBe(resumed);
  }, 1_200_000);

  it('offers to throw a run away, and does', async () => {
    await go(page, '#/teach/digits');
    await start(mostEpochs);
    expect(await killAfterFirstState()).not.toBeNull();
    await unfinished().getByRole('button', { name: 'Throw away' }).click();
    await unfinished().waitFor({ state: 'detached' });
    expect(await storedRuns(page)).toEqual([]);
    expect(device.complaints).toEqual([]);
  });
});
