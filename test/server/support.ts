// A server over a folder of its own, and people who ask it things.
import { createPrivateKey, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SignJWT } from 'jose';
import { onTestFinished } from 'vitest';
import { createServer, type Server, type ServerOptions } from '../../server/app.ts';
import { commitVersion, type CommitOptions, type VersionDraft } from '../../server/registry/commit.ts';
import type { Registry } from '../../server/registry/context.ts';
import { chunkFile, type FileRef } from '../../src/core/artifact/chunks.ts';
import type { Bytes } from '../../src/core/artifact/digest.ts';
import type { DeviceInfo } from '../../src/core/artifact/access-api.ts';
import { registryRoot } from '../../src/core/artifact/registry-api.ts';
import type { Role } from '../../src/core/artifact/role.ts';
import { keyIdOf, type Signer } from '../../src/core/artifact/signature.ts';

type AtEnd = (clean: () => void | Promise<void>) => void;

export function temporaryFolder(atEnd: AtEnd = onTestFinished): string {
  const folder = mkdtempSync(join(tmpdir(), 'haversack-test-'));
  atEnd(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

export interface TestServer extends Server {
  readonly data: string;
  readonly key: string;
  /** On loopback unless said otherwise; JSON bodies are objects. */
  ask(method: string, path: string, options?: Ask): Promise<Answer>;
}

export interface Ask {
  readonly token?: string | undefined;
  readonly headers?: Record<string, string>;
  readonly body?: object | Buffer;
  readonly address?: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly bytes: Buffer;
  readonly json: Record<string, unknown>;
}

/** Closed when the test ends; in a hook, `atEnd` says when. */
export async function startServer(
  options: Partial<ServerOptions> = {},
  atEnd: AtEnd = onTestFinished,
): Promise<TestServer> {
  const data = options.data ?? temporaryFolder(atEnd);
  const server = await createServer({ ...options, data });
  let open = true;
  const close = async () => {
    if (open) await server.close();
    open = false;
  };
  atEnd(close);
  return {
    ...server,
    close,
    data,
    key: readFileSync(join(data, 'admin.key'), 'utf8').trim(),
    ask: (method, path, request) => ask(server, method, path, request),
  };
}

async function ask(server: Server, method: string, path: string, request: Ask = {}): Promise<Answer> {
  const { token, body, address } = request;
  const answer = await server.app.inject({
    method: method as 'GET',
    url: path.startsWith('/') ? path : `${registryRoot}/${path}`,
    remoteAddress: address ?? '127.0.0.1',
    headers: {
      host: 'localhost:8787',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(Buffer.isBuffer(body) ? { 'content-type': 'application/octet-stream' } : {}),
      ...request.headers,
    },
    ...(body === undefined ? {} : { payload: body }),
  });
  const isJson = /json/.test(String(answer.headers['content-type']));
  return {
    status: answer.statusCode,
    headers: answer.headers,
    bytes: answer.rawPayload,
    json: isJson && answer.payload !== '' ? (JSON.parse(answer.payload) as Record<string, unknown>) : {},
  };
}

/** A browser's key, and the tokens it makes. */
export interface TestDevice extends Signer {
  token(audience: string, claims?: { issuedAt?: number; seconds?: number; issuer?: string }): Promise<string>;
}

export async function newDevice(): Promise<TestDevice> {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const x = publicKey.export({ format: 'jwk' }).x!;
  const keyId = await keyIdOf(x);
  const signingKey = createPrivateKey(privateKey.export({ type: 'pkcs8', format: 'pem' }));
  return {
    keyId,
    publicKey: x,
    sign: bytes => Promise.resolve(sign(null, bytes, privateKey)),
    token: async (audience, { issuedAt = Date.now() / 1000, seconds = 60, issuer = keyId } = {}) =>
      new SignJWT()
        .setProtectedHeader({ alg: 'EdDSA', kid: keyId })
        .setIssuer(issuer)
        .setAudience(audience)
        .setIssuedAt(Math.floor(issuedAt))
        .setExpirationTime(Math.floor(issuedAt) + seconds)
        .setJti(randomUUID())
        .sign(signingKey),
  };
}

/** Asks to be let in, and is, where a role is given. */
export async function enrolDevice(
  server: TestServer,
  role: Role | null,
  name = 'phone',
): Promise<TestDevice> {
  const device = await newDevice();
  await server.ask('POST', 'devices', { body: { publicKey: device.publicKey, name } });
  if (role) await setDevice(server, device.keyId, { status: 'approved', role });
  return device;
}

export async function setDevice(
  server: TestServer,
  id: string,
  change: Pick<DeviceInfo, 'status' | 'role'>,
): Promise<Answer> {
  return server.ask('PATCH', `devices/${id}`, { token: server.key, body: change });
}

export function audienceOf(server: Server): string {
  return server.registry.identity.signer.keyId;
}

/** Stores a file's chunks straight away and commits a version of it, without looking into the file. */
export async function commitBytes(
  server: Server,
  model: string,
  content: string,
  options: Partial<CommitOptions> & { draft?: Partial<VersionDraft> } = {},
) {
  const { ref, chunks } = await chunkFile(new TextEncoder().encode(content));
  for (const [digest, bytes] of chunks) await server.registry.blobs.put(digest, bytes);
  return commitFile(server.registry, model, ref, options);
}

/** The same where the chunks are said to be there. */
export function commitFile(
  registry: Registry,
  model: string,
  file: FileRef,
  { draft, ...rest }: Partial<CommitOptions> & { draft?: Partial<VersionDraft> } = {},
) {
  return commitVersion(
    registry,
    { ...plainDraft(model), authority: { variant: 'fp32', file }, ...draft },
    { who: 'registry', variants: [], derive: [], production: 'if-first', ...rest },
  );
}

function plainDraft(model: string): Omit<VersionDraft, 'authority'> {
  return {
    model,
    parent: null,
    task: 'other',
    interface: {
      inputs: [],
      outputs: [{ name: 'y', datatype: 'FP32', shape: [-1], meaning: null }],
      decision: null,
    },
    labels: null,
    architecture: '0'.repeat(64),
    evaluations: [],
    recipe: null,
    data: null,
    createdAt: new Date().toISOString(),
    device: null,
    artifacts: { dataset: null, recorded: null, topology: null },
    note: null,
    candidate: null,
  };
}

export function asBuffer(bytes: Bytes): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
