// Puts a demo model, as it is committed, into the device's store as version 1.
import { chunkFile } from '../../src/core/artifact/chunks.ts';
import type { Bytes } from '../../src/core/artifact/digest.ts';
import type { Manifest } from '../../src/core/artifact/documents.ts';
import { packageSchema } from '../../src/core/artifact/package.ts';
import { recordedSchema } from '../../src/core/artifact/recorded.ts';
import { gzip } from '../../src/core/gzip.ts';
import type { Database } from '../../src/device/db.ts';
import { storeVersion } from './stored.ts';

const files = import.meta.glob(['../../demo/models/iris/2/*', '../../demo/models/digits/1/*'], {
  query: '?url',
  import: 'default',
  eager: true,
});

async function fileOf(name: string): Promise<Bytes> {
  const response = await fetch(files[`../../demo/models/${name}`] as string);
  return new Uint8Array(await response.arrayBuffer());
}

export interface DemoOptions {
  readonly from: 'iris/2' | 'digits/1';
  readonly model: string;
  /** False: as whoever exported a graph from elsewhere would push it. */
  readonly topology?: boolean;
  /** False: without its data set and all that was measured on it. */
  readonly data?: boolean;
}

export async function storeDemo(
  db: Database,
  { from, model, topology: hasTopology = true, data: hasData = true }: DemoOptions,
): Promise<Manifest> {
  const names = ['version.json', 'model.onnx', 'dataset.csv.gz', 'topology.json', 'recorded.json'];
  const [document, file, dataset, topology, recorded] = await Promise.all(
    names.map(name => fileOf(`${from}/${name}`)),
  );
  const text = (bytes: Bytes): unknown => JSON.parse(new TextDecoder().decode(bytes));
  const packed = packageSchema.parse(text(document!));
  // The test server sends it with Content-Encoding: fetch has unpacked it.
  const chunked = [await chunkFile(gzip(dataset!)), await chunkFile(topology!)] as const;
  const { interface: modelInterface, labels, evaluations, data, artifacts } = packed;
  return storeVersion(db, {
    model,
    file: file!,
    recorded: recordedSchema.parse(text(recorded!)),
    files: [...(hasData ? [chunked[0]] : []), ...(hasTopology ? [chunked[1]] : [])],
    overrides: {
      interface: modelInterface,
      labels,
      evaluations: hasData ? evaluations : [],
      data: hasData ? data : null,
      artifacts: {
        dataset: hasData ? { ...artifacts.dataset!, file: chunked[0].ref } : null,
        topology: hasTopology ? { ...artifacts.topology!, file: chunked[1].ref } : null,
        recorded: null,
      },
    },
  });
}
