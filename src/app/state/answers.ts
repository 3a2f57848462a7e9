// Live answers for one model: the latest input, what the version in use says to it, and how that was decided.
import { computed, signal } from '@preact/signals';
import { type Decided, decide } from '../../core/evaluate/decide.ts';
import { type Failure, toFailure } from '../../core/errors.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { TensorMap } from '../../core/tensor.ts';
import { createLatest } from './latest.ts';
import { predict, type Served, type Target } from './serving.ts';
import type { VersionInUse } from './version.ts';

export interface Answer extends Served {
  readonly from: VersionInUse;
  /** One a row; empty where the interface has no decision. */
  readonly decided: readonly Decided[];
}

export interface Question {
  readonly version: VersionInUse;
  readonly variant: string;
  readonly inputs: TensorMap;
}

export async function answerTo({ version, variant, inputs }: Question): Promise<Result<Answer>> {
  const { manifest } = version;
  const served = await predict(targetOf(version, variant), inputs);
  if (!served.ok) return served;
  try {
    const decided = decide(manifest.interface, manifest.labels, served.value.outputs);
    return ok({ ...served.value, from: version, decided });
  } catch (thrown) {
    return fail(toFailure(thrown));
  }
}

function targetOf(inUse: VersionInUse, variant: string): Target {
  const { model, candidate } = inUse;
  if (inUse.version === null) return { candidate: inUse.candidate };
  return candidate === null ? { model, version: inUse.version, variant } : { candidate };
}

/**
 * One a screen. `ask(null)` takes the question back: the answer goes, too.
 * @param answer tests have another
 */
export function createLiveAnswers<Asked extends Question = Question>(
  answer: (question: Asked) => Promise<Result<Answer>> = answerTo,
) {
  const answered = signal<{ readonly answer: Answer; readonly question: Asked } | null>(null);
  const problem = signal<Failure | null>(null);
  const isAsking = signal(false);
  const latest = createLatest(
    async (question: Asked) => {
      isAsking.value = true;
      const result = await answer(question);
      isAsking.value = false;
      return result;
    },
    (result, question) => {
      if (result.ok) answered.value = { answer: result.value, question };
      problem.value = result.ok ? null : result.error;
    },
  );
  return {
    answer: computed(() => answered.value?.answer ?? null),
    /** The answer with the very question that it answers, which may not be the last. */
    answered,
    problem,
    isAsking,
    ask(question: Asked | null): void {
      if (question === null) answered.value = problem.value = null;
      latest(question);
    },
    /** What is asked and not answered yet is taken back; the answer stays. */
    settle: () => latest(null),
  };
}
