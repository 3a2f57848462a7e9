import { expect, test, vi } from 'vitest';
import { failure, type Failure, HaversackError } from '../../../src/core/errors.ts';
import { fail, ok, type Result } from '../../../src/core/result.ts';
import type { Answer, Question } from '../../../src/app/state/answers.ts';
import type { VersionInUse } from '../../../src/app/state/version.ts';

// The page says what kind of registry it came from; here there is none.
vi.stubGlobal('document', { querySelector: () => null });
const { createAsking } = await import('../../../src/app/state/asking.ts');

interface Picture {
  readonly of: string;
}
const version = { manifest: { interface: { inputs: [{ name: 'image' }] } } } as unknown as VersionInUse;
const next: VersionInUse = { ...version };

/** A model whose answers come when the test says so; an answer says what it was asked about, and by which version. */
function setUp() {
  const asked: { readonly of: string; readonly finish: (problem?: Failure) => Promise<void> }[] = [];
  const answer = ({ inputs, version: by }: Question): Promise<Result<Answer>> =>
    new Promise(resolve => {
      const of = inputs['image'] as unknown as string;
      const finish = async (problem?: Failure): Promise<void> => {
        resolve(problem ? fail(problem) : ok({ of, by } as unknown as Answer));
        await new Promise(done => setTimeout(done));
      };
      asked.push({ of, finish });
    });
  const asking = createAsking<Picture>(({ of }) => of as never, answer);
  asking.askOf(version, 'fp32');
  const shown = () => {
    const now = asking.answered.value;
    return now && { said: (now.answer as unknown as { of: string }).of, of: now.subject.of };
  };
  return { asking, asked, shown };
}

test('an answer stands with the picture that it answers, whatever came since', async () => {
  const { asking, asked, shown } = setUp();
  asking.ask({ of: 'cup' });
  expect(asking.isFree()).toBe(false);
  asking.ask({ of: 'plate' });
  await asked[0]!.finish();
  expect(shown()).toEqual({ said: 'cup', of: 'cup' });
  await asked[1]!.finish();
  expect(shown()).toEqual({ said: 'plate', of: 'plate' });
  expect(asking.isFree()).toBe(true);
});

test('what was answered is held with its answer, and what is under way comes too late', async () => {
  const { asking, asked, shown } = setUp();
  asking.ask({ of: 'cup' });
  await asked[0]!.finish();
  asking.ask({ of: 'plate' });
  const cup = asking.toSay()!;
  expect(await asking.answerOf(cup)).toMatchObject({ ok: true, value: { subject: { of: 'cup' } } });
  asking.hold(cup);
  await asked[1]!.finish();
  expect(shown()).toEqual({ said: 'cup', of: 'cup' });
  expect(asking.held.value).toEqual({ of: 'cup' });
  expect(asked).toHaveLength(2);
  asking.letGo();
  expect([asking.held.value, shown()]).toEqual([null, null]);
});

test('what is held takes the answer away until it has its own', async () => {
  const { asking, asked, shown } = setUp();
  asking.ask({ of: 'cup' });
  await asked[0]!.finish();
  asking.hold({ of: 'plate' });
  expect(shown()).toBe(null);
  await asked[1]!.finish();
  expect(shown()).toEqual({ said: 'plate', of: 'plate' });
});

test('another version is asked about what is held, and the same one is not asked again', async () => {
  const { asking, asked } = setUp();
  asking.hold({ of: 'cup' });
  await asked[0]!.finish();
  asking.askOf(version, 'fp32');
  expect(asked).toHaveLength(1);
  asking.askOf(next, 'fp32');
  await asked[1]!.finish();
  expect(asking.answered.value?.answer).toMatchObject({ by: next });
});

test('of two files the one that was given last is held, however long the first takes', async () => {
  const { asking, asked } = setUp();
  let first: (picture: Picture) => void = () => undefined;
  const slow = asking.holdRead(() => new Promise(resolve => (first = resolve)));
  await asking.holdRead(async () => ({ of: 'fast' }));
  first({ of: 'slow' });
  await slow;
  expect(asking.held.value).toEqual({ of: 'fast' });
  expect(asked.map(({ of }) => of)).toEqual(['fast']);
});

test('a file that cannot be read is said, and not once another was given', async () => {
  const { asking } = setUp();
  const broken = () => Promise.reject(new HaversackError('InputInvalid', 'no picture'));
  await asking.holdRead(broken);
  expect(asking.refused.value).toMatchObject({ code: 'InputInvalid' });
  asking.hold({ of: 'cup' });
  expect(asking.refused.value).toBe(null);
  const late = asking.holdRead(() => new Promise((_, reject) => setTimeout(() => reject(new Error('late')))));
  asking.letGo();
  await late;
  expect(asking.refused.value).toBe(null);
});

test('why there is no answer is said, and the answer before it stays', async () => {
  const { asking, asked, shown } = setUp();
  asking.ask({ of: 'cup' });
  await asked[0]!.finish();
  asking.ask({ of: 'plate' });
  await asked[1]!.finish(failure('RuntimeFailed', 'gone'));
  expect(asking.problem.value).toMatchObject({ code: 'RuntimeFailed' });
  expect(shown()).toEqual({ said: 'cup', of: 'cup' });
});

test('what is spoken of before it was answered gets its own answer, once, whatever is let go of meanwhile', async () => {
  const { asking, asked, shown } = setUp();
  asking.ask({ of: 'cup' });
  await asked[0]!.finish();
  const plate = { of: 'plate' };
  asking.ask(plate);
  const answering = asking.answerOf(plate);
  asking.letGo();
  expect(asked.map(({ of }) => of)).toEqual(['cup', 'plate']);
  await asked[1]!.finish();
  const answered = await answering;
  expect(answered).toMatchObject({ ok: true, value: { answer: { of: 'plate' }, subject: plate } });
  expect(shown()).toBe(null);
  // Brought back, it has the answer that it had: what was kept of it is found by that.
  asking.ask(plate);
  await expect.poll(shown).toEqual({ said: 'plate', of: 'plate' });
  expect(asked).toHaveLength(2);
  expect(asking.answered.value?.answer).toBe(answered.ok && answered.value.answer);
});

test('what failed is asked anew, and why there is no answer is answered', async () => {
  const { asking, asked } = setUp();
  const cup = { of: 'cup' };
  const failing = asking.answerOf(cup);
  await asked[0]!.finish(failure('RuntimeFailed', 'gone'));
  expect(await failing).toMatchObject({ ok: false, error: { code: 'RuntimeFailed' } });
  const again = asking.answerOf(cup);
  await asked[1]!.finish();
  expect(await again).toMatchObject({ ok: true });
});

test('once what was said is kept it is let go of; what could not be kept stays', async () => {
  const { asking, asked, shown } = setUp();
  asking.hold({ of: 'cup' });
  await asked[0]!.finish();
  await asking.goOn(Promise.resolve(false));
  expect(shown()).toEqual({ said: 'cup', of: 'cup' });
  await asking.goOn(Promise.resolve(true));
  expect([asking.held.value, shown()]).toEqual([null, null]);
});
