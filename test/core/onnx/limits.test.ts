import { describe, expect, test } from 'vitest';
import { inspectModel } from '../../../src/core/onnx/inspect.ts';
import { assertWithinLimits, modelLimits } from '../../../src/core/onnx/limits.ts';
import * as hostile from './hostile-models.ts';
import { realModels } from './real-models.ts';

const { nodes, tensors, graphDepth, typeDepth, nameBytes, textBytes } = modelLimits;

describe('a model within its limits', () => {
  test.each([
    ['nothing wrong', hostile.plainModel()],
    ['as many graphs in graphs as are taken', hostile.nestedGraphs(graphDepth)],
    ['as deep a type', hostile.nestedTypes(typeDepth)],
    ['as long a name', hostile.longName(nameBytes)],
    ['functions that are a hundred thousand nodes', hostile.billionLaughs(5)],
    ['a dimension that is not fixed, as −1', hostile.negativeWeight()],
  ])('with %s is taken', (_what, file) => {
    expect(() => {
      assertWithinLimits(file);
    }).not.toThrow();
  });

  test.each(realModels)('such as $name', ({ read }) => {
    expect(() => {
      assertWithinLimits(read());
    }).not.toThrow();
  });

  test('reads as one', () => {
    expect(inspectModel(hostile.plainModel()).operators).toEqual({ Identity: 1 });
  });
});

describe('a model beyond them says which', () => {
  test.each([
    [hostile.nestedGraphs(graphDepth + 1), `levels of graphs in graphs; at most ${graphDepth}`, 'graphDepth'],
    [hostile.nestedGraphs(2000), 'levels of graphs in graphs', 'graphDepth'],
    [hostile.nestedTypes(typeDepth + 1), `levels in the type of 'deep'`, 'typeDepth'],
    [hostile.nestedTypes(3000), `levels in the type of 'deep'`, 'typeDepth'],
    [hostile.manyNodes(nodes), `${nodes + 1} nodes`, 'nodes'],
    [hostile.manyTensors(tensors + 1), `${tensors + 1} tensors`, 'tensors'],
    [hostile.billionLaughs(9), 'nodes when its local functions', 'inlinedNodes'],
    [hostile.hugeWeight(), `elements in the tensor 'w'`, 'elements'],
    [hostile.hugeInput(), `elements in 'z'`, 'elements'],
    [hostile.longName(nameBytes + 1), `${nameBytes + 1} bytes in a name`, 'nameBytes'],
    [hostile.longDocumentation(textBytes + 1), `${textBytes + 1} bytes of documentation`, 'textBytes'],
  ])('%#', (file, detail, limit) => {
    expect(() => {
      assertWithinLimits(file);
    }).toThrow(
      expect.objectContaining({ code: 'TooLarge', detail: expect.stringContaining(detail) }) as Error,
    );
    expect(() => {
      assertWithinLimits(file);
    }).toThrow(`(${limit})`);
  });

  test('a function that calls itself is no model', () => {
    expect(() => {
      assertWithinLimits(hostile.selfCall());
    }).toThrow(/'lol\.f' calls itself/);
  });

  test.each([
    ['a length beyond the file', hostile.hugeLength()],
    ['a number that does not end', hostile.endlessNumber()],
  ])('%s is no ONNX', (_what, file) => {
    expect(() => {
      assertWithinLimits(file);
    }).toThrow(expect.objectContaining({ code: 'NotOnnx' }) as Error);
  });
});
