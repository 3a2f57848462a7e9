// Doing one thing at the registry: whether it is under way, and why it was refused.
import { useState } from 'preact/hooks';
import type { AdminClient } from '../../../client/admin.ts';
import { type Failure, toFailure } from '../../../core/errors.ts';
import { fail, ok, type Result } from '../../../core/result.ts';
import { admin } from './session.ts';

export function useAct() {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Failure | null>(null);
  /** What failed is in the answer and, until the next try, in `problem`. */
  async function act<T>(what: (api: AdminClient) => Promise<T>): Promise<Result<T>> {
    setBusy(true);
    setProblem(null);
    try {
      return ok(await admin.act(what));
    } catch (thrown) {
      const found = toFailure(thrown, 'Offline');
      setProblem(found);
      return fail(found);
    } finally {
      setBusy(false);
    }
  }
  return { busy, problem, act, forget: () => setProblem(null) };
}
