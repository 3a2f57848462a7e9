import { describe, expect, test } from 'vitest';
import { HaversackError } from '../../../src/core/errors.ts';
import type { Step, StepHost } from '../../../src/core/runtime/step-host.ts';
import type { TensorMap } from '../../../src/core/tensor.ts';
import { chooseHost, type HostCandidate } from '../../../src/core/train/choose-host.ts';
import { fit, type FitJob } from '../../../src/core/train/fit.ts';
import { clouds, goOn, job, network, nodeHost } from './nets.ts';
import { eventually } from '../../eventually.ts';

/** So many epochs that trying another host is worth it, whatever this machine. */
const longRun = 1e9;
const samples = clouds(60);
const longJob = (changes: Partial<FitJob> = {}): FitJob => ({
  ...job(network('mlp:8', samples, 3), samples, { epochs: longRun }),
  ...changes,
});

interface Watched extends HostCandidate {
  readonly name: string;
  readonly live: () => number;
  readonly opens: () => number;
  readonly runs: () => number;
}

/** Node's host, every run of which goes through `run`. */
function candidate(
  name: string,
  run: (step: Step, feeds: TensorMap) => Promise<TensorMap> = (step, feeds) => step.run(feeds),
): Watched {
  let live = 0;
  let opens = 0;
  let runs = 0;
  const open = (): Promise<StepHost> => {
    live++;
    opens++;
    const host = nodeHost();
    return Promise.resolve({
      ...host,
      open: async (file, links) => {
        const step = await host.open(file, links);
        return {
          run: feeds => {
            runs++;
            return run(step, feeds);
          },
          dispose: () => step.dispose(),
        };
      },
      dispose: () => {
        live--;
        return host.dispose();
      },
    });
  };
  const counts = { live: () => live, opens: () => opens, runs: () => runs };
  return { name, provider: 'cpu', threads: 1, captured: false, open, ...counts };
}

const slowed = (name: string, ms: number) =>
  candidate(name, async (step, feeds) => {
    await new Promise(resolve => setTimeout(resolve, ms));
    return step.run(feeds);
  });

/** Its losses are too large by a factor. */
const spoiled = (name: string, factor = 1.01) =>
  candidate(name, async (step, feeds) => {
    const answers = await step.run(feeds);
    const [loss, tensor] = Object.entries(answers).find(([, { shape }]) => shape.length === 0)!;
    return { ...answers, [loss]: { ...tensor, data: (tensor.data as Float32Array).map(x => x * factor) } };
  });

const unable = (name: string) =>
  candidate(name, () => Promise.reject(new HaversackError('DeviceLost', 'it went away')));

async function chosen(...candidates: readonly [Watched, ...Watched[]]) {
  const { host, candidate: best, timings } = await chooseHost(longJob(), candidates, goOn);
  const live = candidates.filter(each => each.live() > 0).map(each => each.name);
  await host.dispose();
  expect(candidates.map(each => each.live())).toEqual(candidates.map(() => 0));
  return { best: (best as Watched).name, live, timings };
}

describe('the host of a run', () => {
  test('is the fastest of those that agree; the others are gone', async () => {
    const { best, live, timings } = await chosen(slowed('slow', 60), candidate('fast'), slowed('middle', 30));
    expect([best, live]).toEqual(['fast', ['fast']]);
    expect(timings).toHaveLength(3);
    expect(timings.every(({ failure }) => failure === null)).toBe(true);
    expect(timings[1]!.stepMs).toBeLessThan(timings[0]!.stepMs!);
  });

  test('is the reference where another is no faster', async () => {
    expect((await chosen(candidate('reference'), slowed('slow', 60))).best).toBe('reference');
  });

  test('is none whose losses are not the reference’s, however fast', async () => {
    const { best, live, timings } = await chosen(slowed('reference', 60), spoiled('spoiled'));
    expect([best, live]).toEqual(['reference', ['reference']]);
    expect(timings[1]).toMatchObject({ stepMs: null });
    expect(timings[1]!.failure).toMatch(/loss in step 1 is/);
  });

  test('is none that fails', async () => {
    const { best, timings } = await chosen(slowed('reference', 20), unable('unable'), candidate('fast'));
    expect(best).toBe('fast');
    expect(timings[1]).toMatchObject({ stepMs: null, failure: 'it went away' });
  });

  test('plays back what it recorded where that is faster and the very same', async () => {
    const captured = { ...candidate('captured'), captured: true };
    expect((await chosen(slowed('reference', 30), captured)).best).toBe('captured');
    const wrong = { ...spoiled('wrong', 1 + 1e-4), captured: true };
    const { best, timings } = await chosen(slowed('reference', 30), wrong);
    expect([best, timings[1]!.stepMs]).toEqual(['reference', null]);
  });

  test('does not play back for another provider than the fastest', async () => {
    const captured = { ...candidate('captured'), provider: 'webgpu' as const, captured: true };
    const { best, timings } = await chosen(candidate('reference'), captured);
    expect([best, timings.length, captured.runs()]).toEqual(['reference', 1, 0]);
  });

  test('is not looked for longer than it takes to see that another is hopeless', async () => {
    const hopeless = slowed('hopeless', 500);
    expect((await chosen(candidate('reference'), hopeless)).best).toBe('reference');
    expect(hopeless.runs()).toBe(2);
  });

  test('is the reference, untried, where the run is short', async () => {
    const other = candidate('other');
    const reference = candidate('reference');
    const { host, timings } = await chooseHost(longJob({ epochs: 1 }), [reference, other], goOn);
    expect([host.provider, timings.length, other.runs()]).toEqual(['cpu', 1, 0]);
    await host.dispose();
  });

  test('is the only one there is, untimed', async () => {
    const only = candidate('only');
    const { host, timings } = await chooseHost(longJob(), [only], goOn);
    expect([timings, only.runs()]).toEqual([[], 0]);
    await host.dispose();
  });

  test('starts with the values that an untried one starts with', async () => {
    const run = job(network('mlp:8', samples, 3), samples, { epochs: 2 });
    const { host } = await chooseHost(
      { ...run, epochs: longRun },
      [slowed('slow', 30), candidate('fast')],
      goOn,
    );
    const tried = await fit(run, host, goOn, () => undefined);
    const untried = await fit(run, nodeHost(), goOn, () => undefined);
    expect([...tried.weights]).toEqual([...untried.weights]);
    await host.dispose();
  });

  test('is chosen by the steps that follow a frozen prefix', async () => {
    const model = network('mlp:8,8', samples, 3);
    const head = new Set([...model.initializers.keys()].filter(name => name.startsWith('output.')));
    expect(head.size).toBeGreaterThan(0);
    const reference = candidate('reference');
    const frozen = longJob({ model, trainable: head });
    const { host } = await chooseHost(frozen, [reference, candidate('other')], goOn);
    await host.dispose();
    expect(reference.live()).toBe(0);
  });

  test('is none where the run is stopped: all are gone', async () => {
    const candidates = [candidate('reference'), candidate('other')] as const;
    let left = 5;
    const stopping = {
      checkpoint: () =>
        left-- > 0 ? Promise.resolve() : Promise.reject(new HaversackError('Aborted', 'stopped')),
    };
    await expect(chooseHost(longJob(), candidates, stopping)).rejects.toMatchObject({ code: 'Aborted' });
    expect(candidates.map(each => each.live())).toEqual([0, 0]);
  });

  test('is the reference where the step itself does not go: the run says why', async () => {
    const reference = unable('reference');
    const { host, timings } = await chooseHost(longJob(), [reference, candidate('other')], goOn);
    expect(timings).toMatchObject([{ stepMs: null, failure: 'it went away' }]);
    await host.dispose();
  });
});

/** A door that is shut until the test opens it. */
function door() {
  let open = (): void => undefined;
  const opened = new Promise<void>(resolve => (open = resolve));
  return { opened, open: () => open() };
}

/** As `watched`, its opening held up. */
const behind = (opened: Promise<void>, watched: Watched): Watched => ({
  ...watched,
  open: () => opened.then(() => watched.open()),
});

/** Its run number `at` goes on when `opened` does. */
function hangingAt(at: number, opened: Promise<void>): Watched {
  const watched: Watched = candidate('hanging', async (step, feeds) => {
    if (watched.runs() === at) await opened;
    return step.run(feeds);
  });
  return watched;
}

describe.concurrent('a host that has not shown its first steps in time', () => {
  /** Some 600 steps of 20 ms and more: worth a trial of seconds, on whatever machine. */
  const runOfSeconds = longJob({ epochs: 150 });
  const reference = () => slowed('reference', 20);
  const givenUp = { stepMs: null, failure: null, givenUpMs: expect.any(Number) };

  test('is given up while it opens, and disposed of once it is open; no other is tried', async () => {
    const { opened, open } = door();
    const [late, third] = [candidate('late'), candidate('third')];
    const best = reference();
    const { host, timings } = await chooseHost(runOfSeconds, [best, behind(opened, late), third], goOn);
    expect(timings).toMatchObject([{ failure: null, givenUpMs: null }, givenUp]);
    expect([best.live(), third.opens()]).toEqual([1, 0]);
    open();
    await eventually(() => expect([late.opens(), late.live()]).toEqual([1, 0]));
    expect(late.runs()).toBe(0);
    await host.dispose();
  });

  test('is given up in its first step while the run goes on elsewhere, and asked for no other', async () => {
    const { opened, open } = door();
    const hanging = hangingAt(1, opened);
    const { host, timings } = await chooseHost(runOfSeconds, [reference(), hanging], goOn);
    expect(timings[1]).toMatchObject(givenUp);
    await fit(longJob({ epochs: 1 }), host, goOn, () => undefined);
    // The call that it is in cannot be taken back.
    expect([hanging.live(), hanging.runs()]).toEqual([1, 1]);
    open();
    await eventually(() => expect(hanging.live()).toBe(0));
    expect(hanging.runs()).toBe(1);
    await host.dispose();
  });

  test('is given up once, whatever becomes of it then', async () => {
    const { opened, open } = door();
    const failing = { ...candidate('failing'), open: () => opened.then(() => Promise.reject(new Error())) };
    const { host, timings } = await chooseHost(runOfSeconds, [reference(), failing], goOn);
    open();
    // A rejection that nobody takes would fail the run of the tests.
    await new Promise(resolve => setTimeout(resolve));
    expect(timings).toMatchObject([{ failure: null }, givenUp]);
    await host.dispose();
  });

  test('is one that has shown none: who has is timed by what it has taken', async () => {
    const seconds = new Promise<void>(resolve => setTimeout(resolve, 5000));
    const stalling = hangingAt(3, seconds);
    const { host, timings } = await chooseHost(runOfSeconds, [reference(), stalling], goOn);
    expect(timings[1]).toMatchObject({ stepMs: expect.any(Number), failure: null, givenUpMs: null });
    expect([stalling.runs(), stalling.live()]).toEqual([3, 0]);
    await host.dispose();
  }, 30_000);

  test('is not one that waited for the end of a pause', async () => {
    const { opened, open } = door();
    const other = candidate('other');
    const control = { checkpoint: () => Promise.resolve() };
    const late = {
      ...other,
      open: () => {
        control.checkpoint = () => opened;
        setTimeout(open, 4000);
        return opened.then(() => other.open());
      },
    };
    const { candidate: best, host } = await chooseHost(runOfSeconds, [reference(), late], control);
    expect(best).toBe(late);
    await host.dispose();
    expect(other.live()).toBe(0);
  }, 30_000);

  test('does not keep a run that is stopped from ending', async () => {
    const { opened, open } = door();
    const best = reference();
    const late = candidate('late');
    const control = { checkpoint: () => Promise.resolve() };
    const stopping = {
      ...late,
      open: () => {
        control.checkpoint = () => Promise.reject(new HaversackError('Aborted', 'stopped'));
        return opened.then(() => late.open());
      },
    };
    await expect(chooseHost(runOfSeconds, [best, stopping], control)).rejects.toMatchObject({
      code: 'Aborted',
    });
    expect(best.live()).toBe(0);
    open();
    await eventually(() => expect([late.opens(), late.live()]).toEqual([1, 0]));
  });
});
