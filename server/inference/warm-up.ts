// The first run of a session, which is slower: made with zeros, so that no caller waits for it.
import type { Session } from '../../src/core/runtime/session.ts';
import { exampleInputs } from '../../src/core/serve/example-inputs.ts';

/** What a model does with made-up input says nothing against it. */
export async function warmUp(session: Session): Promise<void> {
  const feeds = exampleInputs(session.inputs, null);
  if (feeds) await session.run(feeds).catch(() => undefined);
}
