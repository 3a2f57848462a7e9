// The smallest graph that is imported, and why others are not.
import { HaversackError } from '../../../../src/core/errors.ts';
import { importGraphModel } from '../../../../src/core/import/tfjs-graph/import-graph-model.ts';
import type { ImportFile } from '../../../../src/core/import/imported.ts';
import { filesOf, floats, jsonFile, modelJson, type SmallGraph } from './graphs.ts';

/** y = x + 1 */
export const addOne: SmallGraph = {
  inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 2] }],
  constants: { one: floats([], [1]) },
  nodes: [{ op: 'AddV2', name: 'y', inputs: ['x', 'one'] }],
  outputs: ['y:0'],
};

export function refusal(files: readonly ImportFile[]): { code: string; detail: string } {
  try {
    importGraphModel(files);
  } catch (error) {
    if (error instanceof HaversackError) return { code: error.code, detail: error.detail };
    throw error;
  }
  throw new Error('It was taken.');
}

/** With parts of `model.json` exchanged. */
export function withJson(
  graph: SmallGraph,
  change: (json: Record<string, unknown>) => unknown,
): ImportFile[] {
  return [jsonFile(change(modelJson(graph))), filesOf(graph)[1]];
}
