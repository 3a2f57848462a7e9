// A model from the app's own store into a session, by the app's own code: in one tab stored, in another opened.
import { chunkFile, type FileRef, fileRefSchema } from '../../src/core/artifact/chunks.ts';
import { tensorLayout } from '../../src/core/onnx/layout.ts';
import { outlineOf } from '../../src/core/onnx/outline.ts';
import { putChunk, readFile, readPieces } from '../../src/device/chunk-store.ts';
import { type Database, openHaversackDB } from '../../src/device/db.ts';
import { createBeside, createWhole } from '../../src/worker/create-session.ts';
import { loadOrt, sessionOptions } from '../../src/worker/ort.ts';

/** The weights beside the model, each let go when the runtime has it; or the whole file handed over. */
export type Way = 'beside' | 'whole';

declare global {
  interface Window {
    storeModel(name: string): Promise<void>;
    startRuntime(): Promise<void>;
    /** Milliseconds. */
    openModel(name: string, way: Way): Promise<number>;
  }
}

const opening = openHaversackDB({ name: 'load-memory' });

window.storeModel = async name => {
  const response = await fetch(`/models/${name}`);
  const file = new Uint8Array(await response.arrayBuffer());
  const { ref, chunks } = await chunkFile(file, tensorLayout(file));
  const db = await opening;
  for (const chunk of ref.chunks) await putChunk(db, chunk, chunks.get(chunk.digest)!);
  localStorage.setItem(name, JSON.stringify(ref));
};

window.startRuntime = async () => {
  await Promise.all([opening, loadOrt('wasm')]);
};

window.openModel = async (name, way) => {
  const ref = fileRefSchema.parse(JSON.parse(localStorage.getItem(name) ?? 'null'));
  const started = performance.now();
  await create[way](await opening, ref);
  return performance.now() - started;
};

const options = sessionOptions('wasm');
const create: Record<Way, (db: Database, ref: FileRef) => Promise<unknown>> = {
  beside: async (db, ref) => {
    const session = await createBeside(await loadOrt('wasm'), outlineOf(await readPieces(db, ref)), options);
    if (!session) throw new Error('the runtime asked for a weight twice');
  },
  whole: async (db, ref) => createWhole(await loadOrt('wasm'), await readFile(db, ref), options),
};
