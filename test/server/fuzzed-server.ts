// The server that the API's fuzzers ask, and what no answer of it may be.
import { expect } from 'vitest';
import { settled } from './fuzzing.ts';
import { classifier, push } from './models.ts';
import { startServer } from './support.ts';

export interface FuzzAsk {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

export interface FuzzAnswer {
  readonly status: number;
  readonly type: string;
  readonly method: string;
  readonly text: string;
  /** Where it keeps its files, which concerns nobody. */
  readonly data: string;
}

export interface Fuzzed {
  /** As whoever may do everything. Fails where no answer comes. */
  readonly ask: (ask: FuzzAsk) => Promise<FuzzAnswer>;
}

/** With one model, `sides`, of one version. */
export async function fuzzedServer(): Promise<Fuzzed> {
  const server = await startServer();
  await push(server, 'sides', classifier());
  await server.deriver.idle();
  return {
    ask: async ({ method, path, headers, body }) => {
      const answer = await settled(
        server.app.inject({
          method: method as 'GET',
          url: path,
          headers: { host: 'localhost:8787', authorization: `Bearer ${server.key}`, ...headers },
          ...(body === undefined ? {} : { payload: body }),
        }),
      );
      return {
        method,
        status: answer.statusCode,
        type: String(answer.headers['content-type'] ?? ''),
        text: answer.payload,
        data: server.data,
      };
    },
  };
}

/** What is there for some parameters: who gets in finds more to break. */
const present: Readonly<Record<string, string>> = {
  model: 'sides',
  version: '1',
  alias: 'production',
  variant: 'fp32',
  revision: '1',
  digest: '0'.repeat(64),
  id: '0'.repeat(64),
  name: 'rows',
};

/** What a parameter of a path is. */
export function presentFor(name: string): string {
  return present[name] ?? 'x';
}

/** A route's pattern as an address. */
export function pathOf(pattern: string): string {
  return pattern
    .replaceAll('::', '\0')
    .replaceAll(/:(\w+)|\*/g, (_, name: string | undefined) => presentFor(name ?? ''))
    .replaceAll('\0', ':');
}

/** No error of ours; what is refused is refused in one form, which clients of the protocol read too. */
export function expectNoFault({ method, status, type, text, data }: FuzzAnswer, asked: string): void {
  expect(status, `${asked}: ${text.slice(0, 300)}`).toBeLessThan(500);
  expect(text, asked).not.toContain(data);
  if (status < 400 || method === 'HEAD') return;
  expect(type, `${asked}: ${status} ${text.slice(0, 300)}`).toMatch(/^application\/problem\+json/);
  const problem = JSON.parse(text) as Record<string, unknown>;
  expect(problem, asked).toMatchObject({ status, error: expect.any(String), code: expect.any(String) });
}
