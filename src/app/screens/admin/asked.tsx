// What a part of Admin asks the registry for itself: asked again with every look, kept while a look fails.
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { AdminClient } from '../../../client/admin.ts';
import { type Failure, toFailure } from '../../../core/errors.ts';
import { t as common } from '../../i18n/common.ts';
import { ErrorNote } from '../../parts/error-note.tsx';
import { admin } from './session.ts';

export interface Asked<T> {
  /** Null until there is an answer. */
  readonly value: T | null;
  readonly failure: Failure | null;
  readonly again: () => void;
}

type Ask<T> = (api: AdminClient, signal: AbortSignal) => Promise<T>;

/** @param about what the question depends on: with another, the last answer is no answer */
export function useAsked<T>(about: string, ask: Ask<T>): Asked<T> {
  const [answer, setAnswer] = useState<{ about: string; value: T } | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [tries, setTries] = useState(0);
  const api = admin.api.value;
  useEffect(() => {
    const left = new AbortController();
    ask(api, left.signal).then(
      value => {
        if (left.signal.aborted) return;
        setAnswer({ about, value });
        setFailure(null);
      },
      (thrown: unknown) => {
        if (!left.signal.aborted) setFailure(toFailure(thrown, 'Offline'));
      },
    );
    return () => left.abort();
    // `ask` is another function at each rendering; what it asks about is in `about`.
  }, [api, about, tries, admin.looks.value]);
  const value = answer?.about === about ? answer.value : null;
  return { value, failure, again: () => setTries(tries + 1) };
}

/** Loading, then the content; a failure above what was there before. */
export function Answer<T>(props: {
  readonly of: Asked<T>;
  readonly children: (value: T) => ComponentChildren;
}) {
  const { value, failure, again } = props.of;
  return (
    <>
      {failure ? <ErrorNote failure={failure} onRetry={again} /> : null}
      {value !== null ? props.children(value) : null}
      {value === null && !failure ? (
        <p class="soft" role="status">
          {common('loading')}
        </p>
      ) : null}
    </>
  );
}
