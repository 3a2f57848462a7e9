// MLServer (Seldon) with a runtime of our own around ONNX Runtime, for it comes with none: one process, no parallel workers, no
// adaptive batching, metrics and tracing off; what else it does by default stays.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { answers, type Cores, freePort, type Side, startSide, untilReady } from './process.ts';
import { ensureVenv, type Venv } from '../../scripts/venv.mjs';

export const mlserverVersion = '1.7.1';

export function mlserverVenv(root: string): Promise<Venv> {
  return ensureVenv(root, 'mlserver', [`mlserver==${mlserverVersion}`, 'onnxruntime==1.30.0']);
}

export interface Peer extends Side {
  readonly port: number;
  readonly url: string;
}

export interface PeerModel {
  readonly name: string;
  /** The ONNX file's path. */
  readonly path: string;
  /** As a file says it: −1 is free. */
  readonly input: { readonly name: string; readonly shape: readonly number[] };
  readonly output: { readonly name: string; readonly shape: readonly number[] };
}

/** @param folder for its settings; @param threads that one run computes with; @param port a free one if absent */
export async function startMlserver(
  root: string,
  cores: Cores,
  models: readonly PeerModel[],
  folder: string,
  threads: number,
  port?: number,
): Promise<Peer> {
  const { bin } = await mlserverVenv(root);
  const [http_port, grpc_port] = [port ?? (await freePort()), await freePort()];
  const settings = {
    debug: false,
    host: '127.0.0.1',
    http_port,
    grpc_port,
    metrics_endpoint: null,
    parallel_workers: 0,
  };
  await writeFile(join(await made(folder), 'settings.json'), JSON.stringify(settings));
  for (const { name, path, input, output } of models) {
    const described = {
      name,
      implementation: 'mlserver_onnx.OnnxModel',
      parameters: { uri: path, version: '1' },
      inputs: [{ datatype: 'FP32', ...input }],
      outputs: [{ datatype: 'FP32', ...output }],
    };
    await writeFile(join(await made(join(folder, name)), 'model-settings.json'), JSON.stringify(described));
  }
  const env = { PYTHONPATH: join(root, 'bench/peers'), ORT_THREADS: `${threads}` };
  const side = startSide(cores, [join(bin, 'mlserver'), 'start', '.'], { cwd: folder, env });
  const url = `http://127.0.0.1:${http_port}`;
  try {
    await untilReady(side, () => answers(`${url}/v2/health/ready`));
  } catch (thrown) {
    await side.close();
    throw thrown;
  }
  return { ...side, port: http_port, url };
}

async function made(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  return folder;
}
