// What one screen of Use asks a model about: what it looks at or listens to as it goes, or something that is held. Whatever is
// said of an answer is said of the very thing that it answers.
import { computed, type ReadonlySignal, signal } from '@preact/signals';
import type { InputInterface } from '../../core/artifact/interface.ts';
import { failure, type Failure, toFailure } from '../../core/errors.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Tensor } from '../../core/tensor.ts';
import { type Answer, answerTo, createLiveAnswers, type Question } from './answers.ts';
import type { VersionInUse } from './version.ts';

export interface Answered<Subject> {
  readonly answer: Answer;
  readonly subject: Subject;
}

/** All methods may be handed on without it. */
export interface Asking<Subject> {
  /** Null: whatever comes is asked about. */
  readonly held: ReadonlySignal<Subject | null>;
  readonly answered: ReadonlySignal<Answered<Subject> | null>;
  /** Why there is no answer. */
  readonly problem: ReadonlySignal<Failure | null>;
  /** Why what was given cannot be asked about. */
  readonly refused: ReadonlySignal<Failure | null>;
  /** Who answers from now on. What is held is asked about again where that is another. */
  readonly askOf: (version: VersionInUse, variant: string) => void;
  /** Whether the next that comes is asked about: not while another is, or one is held. */
  readonly isFree: () => boolean;
  readonly ask: (subject: Subject) => void;
  /** Holds what is given, and asks about it; what is answered already stays answered. */
  readonly hold: (subject: Subject) => void;
  /** What is spoken of now: what was answered last. Null where nothing was. */
  readonly toSay: () => Subject | null;
  /** With the answer that is in sight, else with one of its own, which comes whatever is asked or let go of meanwhile. */
  readonly answerOf: (subject: Subject) => Promise<Result<Answered<Subject>>>;
  /** Holds what is read of a file. Of several that are read at a time the last that was given. @returns whether it did */
  readonly holdRead: (read: () => Promise<Subject>) => Promise<boolean>;
  readonly letGo: () => void;
  /** Something was said of what is there: on to the next, once that is kept. */
  readonly goOn: (kept: Promise<boolean>) => Promise<void>;
}

interface AskedAbout<Subject> extends Question {
  readonly subject: Subject;
}

/** @param toInput what the model's only input is given for it */
export function createAsking<Subject extends object>(
  toInput: (subject: Subject, input: InputInterface) => Tensor,
  answer = answerTo,
): Asking<Subject> {
  const answerOnce = oncePerSubject<Subject>(answer);
  const live = createLiveAnswers<AskedAbout<Subject>>(answerOnce);
  const { held, refused, put, read } = createHeld<Subject>();
  const answered = computed(() => {
    const now = live.answered.value;
    return now && { answer: now.answer, subject: now.question.subject };
  });
  let by: Pick<Question, 'version' | 'variant'> | null = null;

  const questionOf = (subject: Subject): AskedAbout<Subject> | null => {
    if (!by) return null;
    const [input] = by.version.manifest.interface.inputs;
    return { ...by, subject, inputs: { [input!.name]: toInput(subject, input!) } };
  };
  const ask = (subject: Subject): void => {
    const question = questionOf(subject);
    if (question) live.ask(question);
  };
  const isAnswered = (subject: Subject): boolean => {
    const question = live.answered.peek()?.question;
    return (
      question?.subject === subject && question.version === by?.version && question.variant === by.variant
    );
  };
  const hold = (subject: Subject): void => {
    put(subject);
    if (isAnswered(subject)) return live.settle();
    live.ask(null);
    ask(subject);
  };
  const answerOf = async (subject: Subject): Promise<Result<Answered<Subject>>> => {
    const seen = answered.peek();
    if (seen?.subject === subject) return ok(seen);
    const question = questionOf(subject);
    if (!question) return fail(failure('Aborted', 'no version is asked'));
    const result = await answerOnce(question);
    return result.ok ? ok({ answer: result.value, subject }) : result;
  };
  const letGo = (): void => {
    put(null);
    live.ask(null);
  };
  return {
    held,
    answered,
    problem: live.problem,
    refused,
    askOf: (version, variant) => {
      if (by?.version === version && by.variant === variant) return;
      by = { version, variant };
      const subject = held.peek();
      if (subject) ask(subject);
    },
    isFree: () => held.peek() === null && !live.isAsking.peek(),
    ask,
    hold,
    toSay: () => answered.peek()?.subject ?? null,
    answerOf,
    holdRead: async readIt => {
      const subject = await read(readIt);
      if (subject) hold(subject);
      return subject !== null;
    },
    letGo,
    goOn: async kept => {
      if (await kept) letGo();
    },
  };
}

/** A subject is asked about once by whoever answers, and has one answer then: its record is found by it. */
function oncePerSubject<Subject extends object>(answer: typeof answerTo) {
  const last = new WeakMap<Subject, { readonly by: Question; readonly result: Promise<Result<Answer>> }>();
  return (question: AskedAbout<Subject>): Promise<Result<Answer>> => {
    const { subject, version, variant } = question;
    const known = last.get(subject);
    if (known?.by.version === version && known.by.variant === variant) return known.result;
    const asked = { by: question, result: answer(question) };
    last.set(subject, asked);
    // What failed is asked anew.
    void asked.result.then(({ ok: isOk }) => {
      if (!isOk && last.get(subject) === asked) last.delete(subject);
    });
    return asked.result;
  };
}

/** What is held, and what is read to be held: of several at a time the last that was given. */
function createHeld<Subject extends object>() {
  const held = signal<Subject | null>(null);
  const refused = signal<Failure | null>(null);
  /** Grows with all that is given or let go of: what was being read before comes too late. */
  let turn = 0;
  const put = (subject: Subject | null): void => {
    turn += 1;
    held.value = subject;
    refused.value = null;
  };
  /** Null: it cannot be read, or comes too late. */
  const read = async (readIt: () => Promise<Subject>): Promise<Subject | null> => {
    const mine = (turn += 1);
    refused.value = null;
    try {
      const subject = await readIt();
      return mine === turn ? subject : null;
    } catch (thrown) {
      if (mine === turn) refused.value = toFailure(thrown);
      return null;
    }
  };
  return { held, refused, put, read };
}
