// A question to the device: to one host, and to the next where that one is lost. All that is asked changes nothing, or the same
// again, so that it can be asked twice.
import type { TwinAnswer } from '../../core/protocol/twin-messages.ts';
import { type HostAsk, HostLost, type HostPort } from './host-port.ts';
import type { Hosts } from './hosts.ts';

/** A page that has not said by then that it is alive may be frozen: another is asked beside it. */
export const stalledAfterMs = 2_000;

export interface Question {
  /** Made anew for each host: what is left of the time grows less. */
  readonly ask: () => HostAsk;
  /** Id of the client that asks; empty where it has none. */
  readonly caller: string;
  readonly signal: AbortSignal;
}

/**
 * @throws NoHost where every page that could compute was closed, or there is none; the signal's reason
 */
export function compute(hosts: Hosts, question: Question, stalledMs = stalledAfterMs): Promise<TwinAnswer> {
  return attempt(hosts, question, new Set(), stalledMs);
}

async function attempt(
  hosts: Hosts,
  question: Question,
  tried: Set<HostPort>,
  stalledMs: number,
): Promise<TwinAnswer> {
  const host = await hosts.find(tried, question.caller, question.signal);
  question.signal.throwIfAborted();
  tried.add(host);
  const next = () => attempt(hosts, question, tried, stalledMs);
  const own = new AbortController();
  const stop = () => own.abort(question.signal.reason);
  question.signal.addEventListener('abort', stop, { once: true });
  try {
    let onTaken!: () => void;
    const taken = new Promise<void>(resolve => {
      onTaken = resolve;
    });
    const answer = host.ask(question.ask(), own.signal, onTaken).then(
      given => {
        hosts.used(host);
        return given;
      },
      (thrown: unknown) => {
        if (thrown instanceof HostLost) return next();
        throw thrown;
      },
    );
    if (await isTaken(taken, answer, stalledMs)) return await answer;
    return await firstOf(answer, next());
  } finally {
    question.signal.removeEventListener('abort', stop);
    // Another was faster: what this one still does is for nobody.
    own.abort();
  }
}

/** False where it says nothing for so long. What was lost meanwhile is on its way to another already. */
async function isTaken(taken: Promise<void>, answer: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stalled = new Promise<false>(resolve => {
    timer = setTimeout(() => resolve(false), ms);
  });
  const settled = answer.then(
    () => true,
    () => true,
  );
  const result = await Promise.race([taken.then(() => true), settled, stalled]);
  clearTimeout(timer);
  return result;
}

/** The first that answers; where neither does, why the first did not. */
async function firstOf<T>(one: Promise<T>, other: Promise<T>): Promise<T> {
  try {
    return await Promise.any([one, other]);
  } catch (thrown) {
    throw thrown instanceof AggregateError ? thrown.errors[0] : thrown;
  }
}
