// The registry's own key and the root document that tells devices about it. Kept as files, so that a backup of the
// folder is a backup of the identity.
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fromBase64Url } from '../../src/core/artifact/base64url.ts';
import { type Root, rootSchema } from '../../src/core/artifact/documents.ts';
import {
  type Envelope,
  envelopeSchema,
  keyIdOf,
  openDocument,
  type Signer,
  signDocument,
} from '../../src/core/artifact/signature.ts';
import { writeDurably } from '../storage/durable.ts';

const keyFile = 'registry.key';
const rootFile = 'root.json';

export interface RegistryIdentity {
  readonly signer: Signer;
  /** Signed `Root`. */
  readonly root: Envelope;
}

/** Reads the key (`registry.key`, PKCS #8 PEM, mode 600) and the root document (`root.json`), or makes them. */
export async function loadRegistryIdentity(folder: string, now: () => Date): Promise<RegistryIdentity> {
  const signer = await loadSigner(join(folder, keyFile));
  return { signer, root: await loadRoot(join(folder, rootFile), signer, now) };
}

/** The public key of a folder's registry, for checking documents without being able to sign. */
export async function readRegistryPublicKey(folder: string): Promise<string> {
  return publicKeyOf(createPrivateKey(await readFile(join(folder, keyFile), 'utf8')));
}

async function loadSigner(path: string): Promise<Signer> {
  let pem = await readText(path);
  if (pem === null) {
    pem = generateKeyPairSync('ed25519').privateKey.export({
      type: 'pkcs8',
      format: 'pem',
    }) as string;
    await writeDurably(path, Buffer.from(pem), { mode: 0o600 });
  }
  const key = createPrivateKey(pem);
  const publicKey = publicKeyOf(key);
  return {
    publicKey,
    keyId: await keyIdOf(publicKey),
    sign: bytes => Promise.resolve(sign(null, bytes, key)),
  };
}

function publicKeyOf(privateKey: ReturnType<typeof createPrivateKey>): string {
  const { x } = createPublicKey(privateKey).export({ format: 'jwk' });
  if (x === undefined || fromBase64Url(x).length !== 32)
    throw new Error('registry.key is not an Ed25519 key');
  return x;
}

async function loadRoot(path: string, signer: Signer, now: () => Date): Promise<Envelope> {
  const text = await readText(path);
  if (text !== null) {
    const root = envelopeSchema.parse(JSON.parse(text));
    await openDocument(root, rootSchema, signer.publicKey);
    return root;
  }
  const content: Root = {
    type: 'root',
    formatVersion: 1,
    revision: 1,
    keys: [{ keyId: signer.keyId, publicKey: signer.publicKey }],
    issuedAt: now().toISOString(),
  };
  const root = await signDocument(content, signer);
  await writeDurably(path, Buffer.from(JSON.stringify(root)));
  return root;
}

async function readText(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}
