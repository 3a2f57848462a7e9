// The program of one thread that runs models: ONNX Runtime for Node computes on the thread that asks it to, and the
// server's has connections to look after.
import { parentPort, workerData } from 'node:worker_threads';
import { HaversackError, toFailure } from '../../src/core/errors.ts';
import { buffersOf, packTensors, unpackTensors } from '../../src/core/runtime/packed-tensors.ts';
import type { Session } from '../../src/core/runtime/session.ts';
import { nodeSessions } from './session.ts';
import {
  type FromThread,
  runHead,
  type RunMessage,
  type ThreadOptions,
  type ToThread,
} from './worker-messages.ts';

if (!parentPort) throw new Error('session-thread is started by session-threads.ts');
const port = parentPort;
const { intraOpThreads } = workerData as ThreadOptions;
const openSession = nodeSessions({ intraOpNumThreads: intraOpThreads });
const sessions = new Map<number, Session>();

port.on('message', (message: ToThread) => {
  const isRun = isRunMessage(message);
  const work = isRun ? run(message) : handle(message);
  work.catch((error: unknown) => {
    port.postMessage({
      kind: 'failed',
      call: isRun ? message[0] : message.call,
      failure: toFailure(error),
    } satisfies FromThread);
  });
});

function isRunMessage(message: ToThread): message is RunMessage {
  return Array.isArray(message);
}

async function handle(message: Exclude<ToThread, RunMessage>): Promise<void> {
  const { call, session: id } = message;
  switch (message.kind) {
    case 'open': {
      const session = await openSession(message.file as Uint8Array<ArrayBuffer>);
      await sessions.get(id)?.dispose();
      sessions.set(id, session);
      const { provider, inputs, outputs } = session;
      port.postMessage({ kind: 'opened', call, opened: { provider, inputs, outputs } } satisfies FromThread);
      return;
    }
    case 'close':
      await sessions.get(id)?.dispose();
      sessions.delete(id);
      port.postMessage({ kind: 'closed', call } satisfies FromThread);
  }
}

async function run(message: RunMessage): Promise<void> {
  const [call, id] = message;
  const session = sessions.get(id);
  if (!session) throw new HaversackError('Internal', `no session ${id} is open here`);
  const started = performance.now();
  const outputs = await session.run(unpackTensors(message, runHead));
  const ms = performance.now() - started;
  port.postMessage(
    packTensors<[number, number]>([call, ms], outputs) satisfies FromThread,
    buffersOf(outputs),
  );
}
