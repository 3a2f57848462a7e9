// A file of a model, handed over in one PUT, and what is left of it.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type Manifest, manifestSchema } from '../../../src/core/artifact/documents.ts';
import type { VersionDetail } from '../../../src/core/artifact/registry-api.ts';
import { readDocument } from '../../../src/core/artifact/signature.ts';
import { classifier } from '../models.ts';
import type { Answer, TestServer } from '../support.ts';

export const file = classifier();

export function put(
  server: TestServer,
  body: Uint8Array,
  { type, query = '' }: { type?: string; query?: string } = {},
): Promise<Answer> {
  return server.ask('PUT', `models/sides/file${query}`, {
    token: server.key,
    body: Buffer.from(body),
    headers: { 'content-type': type ?? 'application/octet-stream' },
  });
}

export function manifestOf({ json }: Answer): Manifest {
  return readDocument((json as unknown as VersionDetail).manifest, manifestSchema);
}

/** What is on its way in. */
export function uploadsOf(server: TestServer): string[] {
  return readdirSync(join(server.data, 'uploads'));
}

export async function nothingIn(server: TestServer): Promise<void> {
  expect(uploadsOf(server)).toEqual([]);
  expect((await server.ask('GET', 'models')).json['models']).toEqual([]);
}
