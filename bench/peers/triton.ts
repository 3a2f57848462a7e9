// Triton Inference Server: its C++ front end, from the wheel of NVIDIA's PyTriton, and its own Python backend with ONNX Runtime in
// it, for the wheel has no ONNX Runtime backend. Dynamic batching on, as the Model Server's; one instance a model; gRPC and
// metrics off.
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Peer, PeerModel } from './mlserver.ts';
import { answers, type Cores, freePort, startSide, untilReady } from './process.ts';
import { ensureVenv, PythonAbsent } from '../../scripts/venv.mjs';

/** The stub of its Python backend is built against one Python; Debian 12 has it. */
const python = '3.11';
const maxBatch = 128;

/** @throws PythonAbsent */
export async function startTriton(
  root: string,
  cores: Cores,
  models: readonly PeerModel[],
  folder: string,
  threads: number,
): Promise<Peer> {
  const venv = await ensureVenv(root, 'triton', ['nvidia-pytriton==0.7.0', 'onnxruntime==1.30.0']);
  const packages = join(venv.folder, 'lib', `python${python}`, 'site-packages');
  const triton = join(packages, 'pytriton/tritonserver');
  if (!existsSync(triton)) throw new PythonAbsent(`Triton’s Python backend wants Python ${python} here`);
  const backends = join(folder, 'backends');
  await cp(join(triton, 'backends/python'), join(backends, 'python'), { recursive: true });
  const stub = join(triton, 'python_backend_stubs', python, 'triton_python_backend_stub');
  await cp(stub, join(backends, 'python/triton_python_backend_stub'));
  for (const model of models) await writeModel(join(folder, 'models'), model, root);
  const port = await freePort();
  const command = [
    join(triton, 'bin/tritonserver'),
    ...['--model-repository', join(folder, 'models'), '--backend-directory', backends],
    ...['--http-address', '127.0.0.1', '--http-port', `${port}`, '--allow-grpc=0', '--allow-metrics=0'],
    '--log-info=0',
  ];
  const env = {
    LD_LIBRARY_PATH: join(packages, 'nvidia_pytriton.libs'),
    TRITON_PACKAGES: packages,
    ORT_THREADS: `${threads}`,
  };
  const side = startSide(cores, command, { cwd: folder, env });
  const url = `http://127.0.0.1:${port}`;
  try {
    await untilReady(side, () => answers(`${url}/v2/health/ready`));
  } catch (thrown) {
    await side.close();
    throw new PythonAbsent(`Triton does not start here: ${String(thrown)}`, { cause: thrown });
  }
  return { ...side, port, url };
}

/** The batch is not among its dimensions: `max_batch_size` says that there is one. */
async function writeModel(
  repository: string,
  { name, path, input, output }: PeerModel,
  root: string,
): Promise<void> {
  const dims = (shape: readonly number[]) => `[${shape.slice(1).join(', ')}]`;
  const config = `backend: "python"
max_batch_size: ${maxBatch}
input [{ name: "${input.name}" data_type: TYPE_FP32 dims: ${dims(input.shape)} }]
output [{ name: "${output.name}" data_type: TYPE_FP32 dims: ${dims(output.shape)} }]
instance_group [{ count: 1 kind: KIND_CPU }]
dynamic_batching { }
parameters [{ key: "file" value: { string_value: "${path}" } }]
`;
  await mkdir(join(repository, name, '1'), { recursive: true });
  await writeFile(join(repository, name, 'config.pbtxt'), config);
  await cp(join(root, 'bench/peers/triton_onnx.py'), join(repository, name, '1/model.py'));
}
