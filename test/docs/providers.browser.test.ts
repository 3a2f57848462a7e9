// `providers.txt` says which of ONNX Runtime Web's providers computes which operator, by its own word: where it puts a graph
// of that one node. `npx vitest run --project webgpu test/docs -u` makes it anew.
import { expect, test } from 'vitest';
import type * as Ort from 'onnxruntime-web';
import { inferShapes } from '../../src/core/onnx/infer.ts';
import { hasWebGpu, loadOrt, sessionOptions, type WebProvider } from '../../src/worker/ort.ts';
import { inferCases } from '../core/onnx/infer/cases.ts';
import { type SingleNode, singleNodeGraph, withOutputs } from '../core/onnx/single-node.ts';

/** The runtime keeps the console that it finds when it starts, and tells it everything. */
const told: string[] = [];
for (const name of ['log', 'info', 'warn', 'error', 'debug'] as const) {
  const tell = console[name].bind(console);
  console[name] = (...words: unknown[]) => {
    const line = words.join(' ');
    if (line.includes('onnxruntime:')) told.push(line);
    else tell(...words);
  };
}

const verbose = { graphOptimizationLevel: 'disabled', logSeverityLevel: 0, logVerbosityLevel: 1 } as const;

/**
 * Which provider computes the operator, as `VerifyEachNodeIsAssignedToAnEp` in session_state.cc tells: one line where all nodes
 * are with one, else a line for each provider and node.
 */
function placeOfOperator(operator: string, lines: readonly string[]): string | null {
  let provider = '';
  for (const line of lines.filter(line => line.includes('VerifyEachNodeIsAssignedToAnEp'))) {
    const all = /All nodes placed on \[(\w+)\]/.exec(line)?.[1];
    if (all) return all;
    provider = /Node\(s\) placed on \[(\w+)\]/.exec(line)?.[1] ?? provider;
    if (/VerifyEachNodeIsAssignedToAnEp\] {2,}(\w+) \(/.exec(line)?.[1] === operator) return provider;
  }
  return null;
}

/** Where the node is put; null: there is no kernel for it; `spelled out`: the runtime puts others in its place. */
async function placeOf(ort: typeof Ort, provider: WebProvider, node: SingleNode): Promise<string | null> {
  const graph = singleNodeGraph(node);
  const file = withOutputs(graph, graph.nodes[0]!.outputs, inferShapes(graph)).toBytes();
  told.length = 0;
  try {
    const session = await ort.InferenceSession.create(file, { ...sessionOptions(provider), ...verbose });
    await session.release();
  } catch {
    return null;
  }
  return placeOfOperator(graph.nodes[0]!.op, told) ?? 'spelled out';
}

test('providers.txt says where the runtime puts each operator', async () => {
  if (!(await hasWebGpu())) return;
  const lines = new Map<string, Set<string>>();
  for (const provider of ['wasm', 'webgpu'] as const) {
    const ort = await loadOrt(provider);
    for (const node of inferCases) {
      const found = lines.get(node.op) ?? new Set<string>();
      lines.set(node.op, found);
      const place = await placeOf(ort, provider, node);
      if (provider === 'wasm' && place !== null) found.add('wasm');
      if (place === 'WebGpuExecutionProvider') found.add('webgpu');
    }
  }
  const text = [...lines].map(([op, found]) => [op, ...found].join(' ')).sort();
  await expect(`${text.join('\n')}\n`).toMatchFileSnapshot('./providers.txt');
}, 300_000);
