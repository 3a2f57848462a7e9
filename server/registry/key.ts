// The registry's own key, and the root documents that tell devices about it. Kept as files, so that a backup of the folder is
// a backup of the identity.
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fromBase64Url } from '../../src/core/artifact/base64url.ts';
import { type Root, rootSchema } from '../../src/core/artifact/documents.ts';
import { keysOf, openFirstRoot, type OpenedRoot, openNext } from '../../src/core/artifact/root-chain.ts';
import {
  countersign,
  type Envelope,
  envelopeSchema,
  keyIdOf,
  type Signer,
  signDocument,
} from '../../src/core/artifact/signature.ts';
import { HaversackError } from '../../src/core/errors.ts';
import { writeDurably } from '../storage/durable.ts';

/** PKCS #8 PEM, mode 600. */
const keyFile = 'registry.key';
/** The key that is to take its place: there while it does, and after a rotation that was cut short. */
const nextKeyFile = 'registry.next.key';
/** Root n is `root-n.json`; the first is `root.json`. */
const rootForm = /^root(?:-[1-9]\d*)?\.json$/;
/** Keys before the one that signs now whose documents are still believed (a root names eight at most). */
const maxFormer = 7;

/** Reads key and roots of a data folder, or makes them. What a crash left of a rotation is found by its files. */
export async function loadRegistryIdentity(folder: string, now: () => Date): Promise<RegistryIdentity> {
  const known = await readRegistryIdentity(folder);
  if (known) return known;
  const path = join(folder, keyFile);
  const key = (await readSigner(path)) ?? (await makeSigner(path));
  return new RegistryIdentity(folder, [await makeFirstRoot(folder, key, now)], key, false);
}

/**
 * Null where there is no root yet. Makes nothing: in the place of a key that is gone, one that nobody knows is of no use.
 * @throws Error where the key does not belong to the newest root
 */
export async function readRegistryIdentity(folder: string): Promise<RegistryIdentity | null> {
  const roots = await readRoots(folder);
  const newest = roots.at(-1);
  if (!newest) return null;
  const key = await readSigner(join(folder, keyFile));
  const next = await readSigner(join(folder, nextKeyFile));
  const named = newest.root.keys[0]!.publicKey;
  // A root that is written is in force, whether or not its key has come to its place.
  const isRotating = next?.publicKey === named;
  const signer = isRotating ? next : key;
  if (!signer) throw new Error(`registry.key is not in ${folder}: bring it back, from a backup`);
  if (signer.publicKey !== named) throw new Error('registry.key is not the key that the newest root names');
  return new RegistryIdentity(folder, roots, signer, isRotating);
}

/** Who the registry is now, and every root by which it came to be that. Made by `loadRegistryIdentity`. */
export class RegistryIdentity {
  readonly #folder: string;
  readonly #roots: OpenedRoot[];
  #signer: Signer;
  #isRotating: boolean;

  constructor(folder: string, roots: OpenedRoot[], signer: Signer, isRotating: boolean) {
    this.#folder = folder;
    this.#roots = roots;
    this.#signer = signer;
    this.#isRotating = isRotating;
  }

  get signer(): Signer {
    return this.#signer;
  }

  /** The newest root, signed. */
  get root(): Envelope {
    return this.#newest.envelope;
  }

  /** Public keys whose documents are believed: the one that signs now first. */
  get keys(): string[] {
    return keysOf(this.#newest.root);
  }

  get keyIds(): string[] {
    return this.#newest.root.keys.map(({ keyId }) => keyId);
  }

  /** Whether a rotation was begun and has not come to its end. */
  get isRotating(): boolean {
    return this.#isRotating;
  }

  /** The root of a revision, signed; null where there was none. */
  rootAt(revision: number): Envelope | null {
    return this.#roots[revision - 1]?.envelope ?? null;
  }

  /**
   * The first step to a new key: it is on disk, and nothing says so yet. One that a crash left is taken.
   * @throws HaversackError `Conflict` while another rotation is under way
   */
  async prepare(): Promise<Signer> {
    if (this.#isRotating) throw new HaversackError('Conflict', 'the registry’s key is being changed already');
    this.#isRotating = true;
    const path = join(this.#folder, nextKeyFile);
    return (await readSigner(path)) ?? makeSigner(path);
  }

  /** The deed: with its root on disk the new key signs, and the one before does no more. */
  async commit(next: Signer, former: 'believe' | 'forget', now: Date): Promise<void> {
    const before = this.#newest.root;
    const content: Root = rootSchema.parse({
      type: 'root',
      formatVersion: 1,
      revision: before.revision + 1,
      keys: [
        { keyId: next.keyId, publicKey: next.publicKey },
        ...(former === 'believe' ? before.keys.slice(0, maxFormer) : []),
      ],
      issuedAt: now.toISOString(),
    });
    const envelope = await countersign(await signDocument(content, this.#signer), next);
    const opened = await openNext(before, envelope);
    await writeRoot(join(this.#folder, `root-${content.revision}.json`), envelope);
    this.#roots.push(opened);
    this.#signer = next;
  }

  /** The last step: the new key in the place of the old one, which is gone. */
  async finish(): Promise<void> {
    const next = join(this.#folder, nextKeyFile);
    await writeDurably(join(this.#folder, keyFile), await readFile(next), { mode: 0o600 });
    await rm(next);
    this.#isRotating = false;
  }

  /** A rotation that failed before its deed: it may be tried again. */
  giveUp(): void {
    this.#isRotating = false;
  }

  get #newest(): OpenedRoot {
    return this.#roots.at(-1)!;
  }
}

/** The public keys that a folder's registry believes, for checking documents without being able to sign. */
export async function readRegistryKeys(folder: string): Promise<string[]> {
  const roots = await readRoots(folder);
  const newest = roots.at(-1);
  if (!newest) throw new HaversackError('NotFound', `${folder} holds no root document`);
  return keysOf(newest.root);
}

/** Every root, each opened with the one before. */
async function readRoots(folder: string): Promise<OpenedRoot[]> {
  const count = (await readdir(folder)).filter(name => rootForm.test(name)).length;
  const roots: OpenedRoot[] = [];
  for (let revision = 1; revision <= count; revision += 1) {
    const name = revision === 1 ? 'root.json' : `root-${revision}.json`;
    const envelope = envelopeSchema.parse(JSON.parse(await readFile(join(folder, name), 'utf8')));
    const before = roots.at(-1);
    roots.push(before ? await openNext(before.root, envelope) : await openFirstRoot(envelope));
  }
  return roots;
}

async function makeFirstRoot(folder: string, signer: Signer, now: () => Date): Promise<OpenedRoot> {
  const content: Root = {
    type: 'root',
    formatVersion: 1,
    revision: 1,
    keys: [{ keyId: signer.keyId, publicKey: signer.publicKey }],
    issuedAt: now().toISOString(),
  };
  const envelope = await signDocument(content, signer);
  await writeRoot(join(folder, 'root.json'), envelope);
  return openFirstRoot(envelope);
}

function writeRoot(path: string, root: Envelope): Promise<void> {
  return writeDurably(path, Buffer.from(JSON.stringify(root)));
}

async function makeSigner(path: string): Promise<Signer> {
  const { privateKey } = generateKeyPairSync('ed25519');
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
  await writeDurably(path, Buffer.from(pem), { mode: 0o600 });
  return signerOf(pem);
}

async function readSigner(path: string): Promise<Signer | null> {
  try {
    return await signerOf(await readFile(path, 'utf8'));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

async function signerOf(pem: string): Promise<Signer> {
  const key = createPrivateKey(pem);
  const { x } = createPublicKey(key).export({ format: 'jwk' });
  if (x === undefined || fromBase64Url(x).length !== 32)
    throw new Error('registry.key is not an Ed25519 key');
  return {
    publicKey: x,
    keyId: await keyIdOf(x),
    sign: bytes => Promise.resolve(sign(null, bytes, key)),
  };
}
