// Runs the command in this process with what it writes kept, against a real server on a free port.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AddressInfo } from 'node:net';
import { createServer } from '../../../server/app.ts';
import { type ExitCode, run } from '../../../server/cli/main.ts';

export interface Outcome {
  readonly code: ExitCode;
  readonly out: string;
  readonly err: string;
}

export interface Invocation {
  readonly env?: Record<string, string>;
  readonly stdin?: string;
  readonly terminal?: boolean;
}

export async function haversack(
  cwd: string,
  args: readonly string[],
  { env = {}, stdin = '', terminal = false }: Invocation = {},
): Promise<Outcome> {
  let out = '';
  let err = '';
  const code = await run(args, {
    env,
    cwd,
    terminal,
    signal: new AbortController().signal,
    stdout: text => {
      out += text;
    },
    stderr: text => {
      err += text;
    },
    stdin: () => Promise.resolve(new TextEncoder().encode(stdin)),
  });
  return { code, out, err };
}

export async function startedServer() {
  const folder = await mkdtemp(join(tmpdir(), 'haversack-cli-'));
  const data = join(folder, 'data');
  const { app, close, deriver } = await createServer({ data });
  await app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = app.server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    /** Where the commands run: `./data` is the server's. */
    folder,
    data,
    /** Resolves when every variant that is to be made of a version has been. */
    derived: () => deriver.idle(),
    close: async () => {
      await close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
