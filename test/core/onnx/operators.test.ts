import { InferenceSession } from 'onnxruntime-node';
import { expect, test } from 'vitest';
import { GraphBuilder } from '../../../src/core/onnx/build.ts';
import { supportedOpsets } from '../../../src/core/onnx/check.ts';
import { unsupportedOperators } from '../../../src/core/onnx/operators.ts';
import { operatorTable } from '../../../src/core/onnx/operator-table.ts';

/** More inputs than any operator takes: what ONNX Runtime knows fails for that reason, what it does not for another. */
const tooManyInputs = Array<string>(40).fill('x');
/** Names that later opsets dropped are found in an older one; ai.onnx.ml is at 5. */
const opsets: Readonly<Record<string, readonly number[]>> = { '': [26, 9, 7], 'ai.onnx.ml': [5, 1] };

async function isKnownToOrt(domain: string, operator: string): Promise<boolean> {
  for (const opset of opsets[domain] ?? [1]) {
    const graph = new GraphBuilder('probe')
      .input('x', 'BOOL', [7])
      .node(domain === '' ? operator : `${domain}::${operator}`, tooManyInputs, ['y'])
      .output('y', 'BOOL', [7]);
    const file = domain === '' ? graph.build({ opset }) : graph.build({ domains: { [domain]: opset } });
    if ((await refusal(file)) !== 'unknown operator') return true;
  }
  return false;
}

async function refusal(file: Uint8Array): Promise<string | null> {
  try {
    await (await InferenceSession.create(file, { logSeverityLevel: 4 })).release();
    return null;
  } catch (error) {
    const unknown = /No Op registered for|is not a registered function\/op/.test((error as Error).message);
    return unknown ? 'unknown operator' : (error as Error).message;
  }
}

test('ONNX Runtime knows every operator of the table, and none that is made up', async () => {
  const strangers: string[] = [];
  for (const [domain, operators] of operatorTable) {
    for (const operator of operators) {
      if (!(await isKnownToOrt(domain, operator))) strangers.push(`${domain}.${operator}`);
    }
    expect(await isKnownToOrt(domain, 'Teleport')).toBe(false);
  }
  expect(strangers).toEqual([]);
});

test('ONNX Runtime runs the newest opset that is let in, and refuses the next', async () => {
  const relu = (opset: number) =>
    new GraphBuilder('relu')
      .input('x', 'FP32', [1])
      .node('Relu', ['x'], ['y'])
      .output('y', 'FP32', [1])
      .build({ opset });
  expect(await refusal(relu(supportedOpsets.max))).toBeNull();
  expect(await refusal(relu(supportedOpsets.max + 1))).toMatch(/till opset 26/);
});

test('names what is unknown, with its domain', () => {
  const operators = {
    Conv: 1,
    Teleport: 2,
    'com.microsoft.Gelu': 1,
    'com.microsoft.Conv': 1,
    'my.own.Conv': 1,
  };
  expect(unsupportedOperators({ operators })).toEqual(['Teleport', 'com.microsoft.Conv', 'my.own.Conv']);
});
