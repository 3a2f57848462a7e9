// A model for this process to look into or run: a file from the disk, or a version from a registry.
import { basename } from 'node:path';
import type { Bytes } from '../../src/core/artifact/digest.ts';
import type { ModelInterface } from '../../src/core/artifact/interface.ts';
import { importNoteText } from '../../src/core/import/notes.ts';
import { descriptionOf } from '../../src/core/onnx/description.ts';
import { interfaceOf, withColumns } from '../../src/core/onnx/interface.ts';
import { inspectModel, type ModelInspection } from '../../src/core/onnx/inspect.ts';
import { connect, type RemoteOptions } from './connect.ts';
import type { Io } from './io.ts';
import { readModelFile } from './model-file.ts';
import { asFile, parseModelName } from './model-name.ts';
import { progressLine } from './output.ts';
import { variantFile } from '../../src/client/trusted-registry.ts';

export interface Loaded {
  /** The model's name, or the file's. */
  readonly model: string;
  /** Null for a file. */
  readonly version: number | null;
  readonly file: Bytes;
  readonly inspection: ModelInspection;
  readonly interface: ModelInterface;
  readonly labels: readonly string[] | null;
  /** Null for a file. */
  readonly variants: readonly { readonly name: string; readonly bytes: number }[] | null;
  /** What was done to a file of another format. */
  readonly notes: readonly string[];
}

export interface LoadOptions extends RemoteOptions {
  readonly variant?: string;
  readonly registryKey?: string;
}

export async function load(io: Io, text: string, options: LoadOptions): Promise<Loaded> {
  const path = await asFile(io, text);
  return path === null ? loadVersion(io, text, options) : loadFile(path);
}

async function loadFile(path: string): Promise<Loaded> {
  const { model: file, imported } = await readModelFile(path);
  const inspection = inspectModel(file);
  const { features, labels } = imported ? { features: null, labels: imported.labels } : descriptionOf(file);
  return {
    model: basename(path),
    version: null,
    file,
    inspection,
    interface: imported?.interface ?? withColumns(interfaceOf(inspection, labels), features),
    labels,
    variants: null,
    notes: (imported?.notes ?? []).map(importNoteText),
  };
}

async function loadVersion(io: Io, text: string, options: LoadOptions): Promise<Loaded> {
  const name = parseModelName(text);
  const registry = await connect(io, options).openRegistry();
  const opened = await registry.version(name.model, await registry.resolve(name));
  const { manifest, variants } = opened;
  const progress = progressLine(io, `fetch ${manifest.model}@${manifest.version}`);
  const { file } = await registry
    .file(variantFile(opened, options.variant), null, progress.show, io.signal)
    .finally(progress.end);
  const { authority } = manifest;
  return {
    model: manifest.model,
    version: manifest.version,
    file,
    inspection: inspectModel(file),
    interface: manifest.interface,
    labels: manifest.labels,
    variants: [
      { name: authority.variant, bytes: authority.file.bytes },
      ...variants.map(({ variant, file }) => ({ name: variant, bytes: file.bytes })),
    ],
    notes: [],
  };
}
