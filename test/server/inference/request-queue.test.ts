import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type QueueLimits, RequestQueue } from '../../../server/inference/request-queue.ts';
import { openRunner, type Runner } from '../../../server/inference/runner.ts';
import { openNodeSession } from '../../../server/inference/session.ts';
import { ThreadDied } from '../../../server/inference/session-threads.ts';
import { HaversackError } from '../../../src/core/errors.ts';
import { float32, type TensorMap } from '../../../src/core/tensor.ts';
import { denseModel, numbers } from '../../core/onnx/models.ts';

const limits: QueueLimits = { maxBatch: 64, maxDelayMs: 0, maxQueue: 256 };
const forever = { deadlineAt: Infinity, isGone: () => false };

interface Held {
  readonly queue: RequestQueue;
  /** Rows of each run, in order. */
  readonly runs: number[];
  /** Begins the next run's answer; each run waits for one. */
  release(): void;
  waiting: number;
}

interface HeldOptions {
  readonly joins?: boolean;
  readonly cost?: Runner['cost'];
  readonly fails?: (values: readonly number[]) => Error | null;
}

/** Twice what goes in; each run waits until it is let go. `fails` says of a run's values why it does not answer. */
function heldQueue(
  change: Partial<QueueLimits> = {},
  { joins = true, cost = null, fails }: HeldOptions = {},
): Held {
  const gates: (() => void)[] = [];
  let permits = 0;
  const held: Held = {
    queue: undefined!,
    runs: [],
    waiting: 0,
    release() {
      const gate = gates.shift();
      if (gate) gate();
      else permits++;
    },
  };
  const runner: Runner = {
    ...{ provider: 'cpu', joins, cost, width: 1, bytes: 1 },
    inputs: [{ name: 'x', datatype: 'FP32', shape: [-1] }],
    outputs: [{ name: 'y', datatype: 'FP32', shape: [-1] }],
    dispose: () => Promise.resolve(),
    run: async feeds => {
      const x = feeds['x']!;
      held.runs.push(x.shape[0]!);
      if (permits > 0) permits--;
      else await new Promise<void>(resolve => gates.push(resolve));
      const failure = fails?.([...(x.data as Float32Array)]);
      if (failure) throw failure;
      return {
        y: float32(
          x.shape,
          (x.data as Float32Array).map(value => 2 * value),
        ),
      };
    },
  };
  const queue = new RequestQueue({
    name: 'double@1',
    runner,
    limits: () => ({ ...limits, ...change }),
    events: { waiting: by => (held.waiting += by), batch: () => undefined },
  });
  return Object.assign(held, { queue });
}

const feed = (...values: number[]): TensorMap => ({ x: float32([values.length], values) });
const valuesOf = ({ outputs }: { outputs: TensorMap }) => [...(outputs['y']!.data as Float32Array)];
const started = (held: Held, runs: number) => expect.poll(() => held.runs.length).toBe(runs);

describe('RequestQueue', () => {
  test('those who come while one runs run together, in order, and get their own', async () => {
    const held = heldQueue();
    const first = held.queue.ask({ feeds: feed(1), ...forever });
    await started(held, 1);
    const others = [[2], [3, 4], [5, 6, 7]].map(values =>
      held.queue.ask({ feeds: feed(...values), ...forever }),
    );
    expect(held.waiting).toBe(3);
    held.release();
    held.release();
    expect(valuesOf(await first)).toEqual([2]);
    expect((await Promise.all(others)).map(valuesOf)).toEqual([[4], [6, 8], [10, 12, 14]]);
    expect(held.runs).toEqual([1, 6]);
    expect(held.waiting).toBe(0);
  });

  test('no more than the settings say, and each alone where rows do not run as one', async () => {
    const few = heldQueue({ maxBatch: 2 });
    const alone = heldQueue({}, { joins: false });
    for (const held of [few, alone]) {
      for (let i = 0; i < 9; i++) held.release();
      await Promise.all([1, 2, 3, 4, 5].map(value => held.queue.ask({ feeds: feed(value), ...forever })));
    }
    expect(few.runs).toEqual([2, 2, 1]);
    expect(alone.runs).toEqual([1, 1, 1, 1, 1]);
  });

  test('no more than make a run of 50 ms, and one that alone is longer alone', async () => {
    const held = heldQueue({}, { cost: { fixedMs: 10, msPerElement: 20 } });
    for (let i = 0; i < 9; i++) held.release();
    const sizes = [1, 1, 1, 5, 1];
    await Promise.all(sizes.map(size => held.queue.ask({ feeds: feed(...numbers(size, 1)), ...forever })));
    expect(held.runs).toEqual([2, 2, 5]);
  });

  test('one bad request fails alone', async () => {
    const bad = new HaversackError('RuntimeFailed', 'no negative numbers');
    const held = heldQueue({}, { fails: values => (values.some(value => value < 0) ? bad : null) });
    for (let i = 0; i < 9; i++) held.release();
    const answers = await Promise.allSettled(
      [1, -2, 3].map(value => held.queue.ask({ feeds: feed(value), ...forever })),
    );
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect((answers[1] as PromiseRejectedResult).reason).toBe(bad);
    expect(held.runs).toEqual([3, 1, 1, 1]);
  });

  test('a run whose thread dies is tried again, and no more than three times', async () => {
    let deaths = 1;
    const held = heldQueue({}, { fails: () => (deaths-- > 0 ? new ThreadDied('killed') : null) });
    for (let i = 0; i < 9; i++) held.release();
    expect(valuesOf(await held.queue.ask({ feeds: feed(1), ...forever }))).toEqual([2]);
    deaths = Infinity;
    await expect(held.queue.ask({ feeds: feed(1), ...forever })).rejects.toMatchObject({
      code: 'RuntimeFailed',
      detail: 'the thread that ran it died: killed',
    });
    expect(held.runs).toHaveLength(2 + 3);
  });

  test('who left, or is too late, never runs', async () => {
    const held = heldQueue();
    const first = held.queue.ask({ feeds: feed(1), ...forever });
    await started(held, 1);
    let gone = false;
    const left = held.queue.ask({ feeds: feed(2), ...forever, isGone: () => gone });
    const late = held.queue.ask({ feeds: feed(3), isGone: () => false, deadlineAt: performance.now() + 1 });
    const patient = held.queue.ask({ feeds: feed(4), ...forever });
    await expect(late).rejects.toMatchObject({ code: 'DeadlineExceeded' });
    gone = true;
    held.release();
    held.release();
    await first;
    await expect(left).rejects.toMatchObject({ code: 'Aborted' });
    expect(valuesOf(await patient)).toEqual([8]);
    expect(held.runs).toEqual([1, 1]);
    expect(held.waiting).toBe(0);
  });

  test('who is too late while it runs is told in time', async () => {
    const held = heldQueue();
    const asked = held.queue.ask({ feeds: feed(1), isGone: () => false, deadlineAt: performance.now() + 20 });
    await expect(asked).rejects.toMatchObject({ code: 'DeadlineExceeded' });
    held.release();
    await held.queue.idle();
  });

  test('turns away beyond its bound, unless somebody left; and says when to come again', async () => {
    const held = heldQueue({ maxQueue: 2 });
    held.release();
    await held.queue.ask({ feeds: feed(0), ...forever });
    const first = held.queue.ask({ feeds: feed(1), ...forever });
    await started(held, 2);
    let gone = false;
    const leaving = held.queue.ask({ feeds: feed(2), ...forever, isGone: () => gone });
    const patient = held.queue.ask({ feeds: feed(3), ...forever });
    await expect(held.queue.ask({ feeds: feed(4), ...forever })).rejects.toMatchObject({
      code: 'Overloaded',
      detail: '2 requests wait for double@1, at most 2 may.',
      retryAfterSeconds: expect.any(Number),
    });
    gone = true;
    const place = held.queue.ask({ feeds: feed(5), ...forever });
    await expect(leaving).rejects.toMatchObject({ code: 'Aborted' });
    for (let i = 0; i < 3; i++) held.release();
    expect((await Promise.all([first, patient, place])).map(valuesOf)).toEqual([[2], [6], [10]]);
  });

  test('turns away at once who would be late, by how long others took', async () => {
    const held = heldQueue();
    const slow = held.queue.ask({ feeds: feed(0), ...forever });
    await started(held, 1);
    await new Promise(resolve => setTimeout(resolve, 50));
    held.release();
    expect((await slow).ms).toBeGreaterThan(40);
    const [first, second] = [1, 2].map(value => held.queue.ask({ feeds: feed(value), ...forever }));
    const hurried = held.queue.ask({
      feeds: feed(3),
      isGone: () => false,
      deadlineAt: performance.now() + 40,
    });
    await expect(hurried).rejects.toMatchObject({
      code: 'Overloaded',
      detail: expect.stringContaining('would take'),
    });
    for (let i = 0; i < 2; i++) held.release();
    await Promise.all([first, second]);
  });

  test('does not run who could only be late, and believes no pace for ever', async () => {
    const held = heldQueue();
    const slow = held.queue.ask({ feeds: feed(0), ...forever });
    await started(held, 1);
    await new Promise(resolve => setTimeout(resolve, 50));
    held.release();
    await slow;
    const hurried = () =>
      held.queue.ask({ feeds: feed(1), isGone: () => false, deadlineAt: performance.now() + 30 });
    await expect(hurried()).rejects.toMatchObject({ code: 'DeadlineExceeded' });
    expect(held.runs).toEqual([1]);
    // It is quick again, which only a run can show.
    const answers = [];
    for (let i = 0; i < 40; i++) held.release();
    for (let i = 0; i < 40; i++) answers.push(await hurried().catch(() => null));
    expect(answers.filter(Boolean).length).toBeGreaterThan(0);
  });

  test('waits for company as long as the settings say, or until there is enough', async () => {
    const held = heldQueue({ maxDelayMs: 60_000, maxBatch: 3 });
    for (let i = 0; i < 3; i++) held.release();
    const asked = [1, 2, 3].map(value => held.queue.ask({ feeds: feed(value), ...forever }));
    await Promise.all(asked);
    expect(held.runs).toEqual([3]);
    const short = heldQueue({ maxDelayMs: 5 });
    short.release();
    await short.queue.ask({ feeds: feed(1), ...forever });
    expect(short.runs).toEqual([1]);
  });

  test('any requests of any rows, in any order, are answered as they are alone', async () => {
    const file = denseModel();
    const source = { name: 'dense@1', file, recorded: null, read: () => Promise.resolve(file) };
    const runner = await openRunner(source, { openSession: openNodeSession, threads: null });
    onTestFinished(() => runner.dispose());
    expect(runner.joins).toBe(true);
    const request = fc.record({
      rows: fc.integer({ min: 0, max: 5 }),
      values: fc.array(fc.integer({ min: -8, max: 8 }), { minLength: 20, maxLength: 20 }),
      turns: fc.integer({ min: 0, max: 2 }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(request, { minLength: 1, maxLength: 24 }),
        fc.integer({ min: 1, max: 8 }),
        async (requests, maxBatch) => {
          const events = { waiting: () => undefined, batch: () => undefined };
          const queue = new RequestQueue({
            name: 'dense@1',
            runner,
            limits: () => ({ ...limits, maxBatch }),
            events,
          });
          const feeds = requests.map(({ rows, values }) => ({
            x: float32([rows, 4], values.slice(0, rows * 4)),
          }));
          const answers = await Promise.all(
            feeds.map(async (asked, i) => {
              for (let turn = 0; turn < requests[i]!.turns; turn++)
                await new Promise(resolve => setImmediate(resolve));
              return queue.ask({ feeds: asked, ...forever });
            }),
          );
          for (const [i, { outputs }] of answers.entries()) {
            const [together, alone] = [outputs, await runner.run(feeds[i]!, false)].map(
              each => each['probabilities']!,
            );
            expect(together!.shape).toEqual(alone!.shape);
            [...(alone!.data as Float32Array)].forEach((value, j) => {
              expect((together!.data as Float32Array)[j]).toBeCloseTo(value, 5);
            });
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  test('however they come, no more wait than may, and each is answered once', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.boolean(), { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 1, max: 6 }),
        async (steps, maxQueue) => {
          const held = heldQueue({ maxQueue, maxBatch: 2 });
          const answers: Promise<unknown>[] = [];
          let [answered, refused] = [0, 0];
          for (const isAsk of steps) {
            if (isAsk) {
              const asked = held.queue.ask({ feeds: feed(1), ...forever });
              answers.push(
                asked.then(
                  () => answered++,
                  () => refused++,
                ),
              );
            } else {
              held.release();
            }
            await new Promise(resolve => setImmediate(resolve));
            expect(held.waiting).toBeLessThanOrEqual(maxQueue);
          }
          for (let i = 0; i < steps.length; i++) held.release();
          await Promise.all(answers);
          expect(answered + refused).toBe(steps.filter(Boolean).length);
          expect(held.waiting).toBe(0);
        },
      ),
      { numRuns: 60 },
    );
  });
});
