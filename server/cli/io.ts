// What the command reads from and writes to, so that it can run inside a test as well as in a terminal.
import type { Bytes } from '../../src/core/artifact/digest.ts';

export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What relative paths are relative to. */
  readonly cwd: string;
  /** Whether stderr is a terminal that a progress line may be drawn on. */
  readonly terminal: boolean;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  readonly stdin: () => Promise<Bytes>;
}

export function processIo(signal: AbortSignal): Io {
  return {
    env: process.env,
    cwd: process.cwd(),
    terminal: process.stderr.isTTY,
    signal,
    stdout: text => process.stdout.write(text),
    stderr: text => process.stderr.write(text),
    stdin: readStdin,
  };
}

async function readStdin(): Promise<Bytes> {
  const parts: Buffer[] = [];
  for await (const part of process.stdin) parts.push(part as Buffer);
  return new Uint8Array(Buffer.concat(parts));
}
