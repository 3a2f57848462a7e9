import { describe, expect, test } from 'vitest';
import { HaversackError } from '../../../src/core/errors.ts';
import type { StepHost } from '../../../src/core/runtime/step-host.ts';
import { fit } from '../../../src/core/train/fit.ts';
import { type Checkpoints, fromTheStart } from '../../../src/core/train/fit-state.ts';
import { whileDevicesLast } from '../../../src/core/train/while-devices-last.ts';
import { clouds, goOn, job, network, nodeHost } from './nets.ts';

const samples = clouds(60);
/** What a new network does to its numbers before its first layer is run once, in four batches. */
const prefixRuns = 4;
const run = job(network('mlp:8', samples, 3), samples, { epochs: 3 });

/** Node's host, whose device goes away after so many runs. */
function losing(runs: number): StepHost {
  const host = nodeHost();
  return {
    ...host,
    open: async (file, links) => {
      const step = await host.open(file, links);
      return {
        run: feeds =>
          runs-- > 0 ? step.run(feeds) : Promise.reject(new HaversackError('DeviceLost', 'it went away')),
        dispose: () => step.dispose(),
      };
    },
  };
}

const everyThird = (): Checkpoints & { readonly saved: number[] } => {
  let asked = 0;
  const saved: number[] = [];
  return {
    saved,
    due: () => ++asked % 3 === 0,
    save: ({ step }) => {
      saved.push(step);
      return Promise.resolve();
    },
  };
};

describe('a run that loses its device', () => {
  test.each([2, prefixRuns + 2, prefixRuns + 4, prefixRuns + 7])(
    'ends with the weights of one that does not: %i runs into it, and again',
    async lasts => {
      const undisturbed = await fit(run, nodeHost(), goOn, () => undefined);
      const checkpoints = everyThird();
      const begun: (number | null)[] = [];
      const fitted = await whileDevicesLast({ resume: null, checkpoints }, (from, losses) => {
        begun.push(from.resume && from.resume.step);
        return fit(run, losses < 2 ? losing(lasts) : nodeHost(), goOn, () => undefined, from);
      });
      expect([...fitted.weights]).toEqual([...undisturbed.weights]);
      // It went on from what was saved last, and from the start where nothing was.
      const before = Math.floor(Math.max(0, lasts - prefixRuns) / 3) * 3;
      expect(begun.slice(0, 2)).toEqual([null, before === 0 ? null : before]);
    },
  );

  test('starts anew where it leaves no state', async () => {
    const undisturbed = await fit(run, nodeHost(), goOn, () => undefined);
    const fitted = await whileDevicesLast(fromTheStart, (from, losses) =>
      fit(run, losses < 1 ? losing(4) : nodeHost(), goOn, () => undefined, from),
    );
    expect([...fitted.weights]).toEqual([...undisturbed.weights]);
  });

  test('gives up where every device is lost', async () => {
    let tries = 0;
    const lost = whileDevicesLast(fromTheStart, from => {
      tries++;
      return fit(run, losing(2), goOn, () => undefined, from);
    });
    await expect(lost).rejects.toMatchObject({ code: 'DeviceLost' });
    expect(tries).toBe(4);
  });

  test('other failures end it at once', async () => {
    let tries = 0;
    const failing = whileDevicesLast(fromTheStart, () => {
      tries++;
      return Promise.reject(new HaversackError('Aborted', 'stopped'));
    });
    await expect(failing).rejects.toMatchObject({ code: 'Aborted' });
    expect(tries).toBe(1);
  });
});
