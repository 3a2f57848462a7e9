// Which server the command talks to, and with which key.
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { detectingFetch } from '../../src/client/folder-registry.ts';
import { AdminClient } from '../../src/client/admin.ts';
import { UsageError } from './failure.ts';
import type { Io } from './io.ts';
import { memoryOf } from './known-registries.ts';
import { TrustedRegistry } from '../../src/client/trusted-registry.ts';

export interface RemoteOptions {
  readonly url?: string;
  readonly key?: string;
  readonly data?: string;
  /** The key that the registry must have. */
  readonly registryKey?: string;
}

/** Adds the options by which a verb finds its server. */
export function withRemote(command: Command): Command {
  return withServer(command).option(
    '--data <folder>',
    'where the server on this machine keeps its data (HAVERSACK_DATA; else ./data)',
  );
}

/** The same for a verb whose `--data` is a table. */
export function withServer(command: Command): Command {
  return command
    .option('--url <url>', 'the server (HAVERSACK_URL; else http://localhost:8787)')
    .option(
      '--key <key>',
      'an admin’s or an access key (HAVERSACK_KEY; else <data>/admin.key where the server is on this machine)',
    );
}

export interface Remote {
  readonly url: string;
  readonly token: () => Promise<string | null>;
  readonly client: AdminClient;
  /** Checks whose registry it is before anything of it is believed. @throws HaversackError `KeyChanged`, … */
  readonly openRegistry: () => Promise<TrustedRegistry>;
}

export function connect(io: Io, options: RemoteOptions): Remote {
  const url = serverUrl(io, options);
  const key = options.key ?? io.env.HAVERSACK_KEY;
  const token = () => (key ? Promise.resolve(key) : keyOnThisMachine(io, options, url));
  const fetch = detectingFetch((input, init) => globalThis.fetch(input, init));
  const client = new AdminClient({ baseUrl: url.href, token, fetch });
  // Who answers on loopback is on this machine already, and there it is often another folder's server.
  const memory = loopback.test(url.hostname) ? null : memoryOf(io, url.href);
  const warn = (line: string) => io.stderr(`${line}\n`);
  const openRegistry = () => TrustedRegistry.open(client, { keyId: options.registryKey, memory, warn });
  return { url: url.href, token, client, openRegistry };
}

export function dataFolder(io: Io, options: { readonly data?: string }): string {
  return resolve(io.cwd, options.data ?? io.env.HAVERSACK_DATA ?? 'data');
}

function serverUrl(io: Io, options: RemoteOptions): URL {
  const given = options.url ?? io.env.HAVERSACK_URL ?? `http://localhost:${io.env.PORT ?? '8787'}`;
  const url = URL.canParse(given) ? new URL(given) : null;
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new UsageError(`${given} is no server’s address.`, 'Give one like http://localhost:8787.');
  }
  return url;
}

const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/** The key never leaves this machine by itself: only a server on loopback is given the key that is found. */
async function keyOnThisMachine(io: Io, options: RemoteOptions, url: URL): Promise<string | null> {
  if (!loopback.test(url.hostname)) return null;
  try {
    return (await readFile(join(dataFolder(io, options), 'admin.key'), 'utf8')).trim();
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return null;
    throw thrown;
  }
}
