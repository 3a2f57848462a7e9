import { describe, expect, it } from 'vitest';
import type { InputInterface, ModelInterface } from '../../../src/core/artifact/interface.ts';
import { pageAsks } from '../../../src/core/page/page-facts.ts';

const outputs: ModelInterface['outputs'] = [
  { name: 'p', datatype: 'FP32', shape: [-1, 2], meaning: { kind: 'probabilities', unit: null } },
];
const decision: ModelInterface['decision'] = {
  kind: 'softmax',
  output: 'p',
  from: 'probabilities',
  notSureBelow: 0.5,
};

function asked(input: Partial<InputInterface>, rest: Partial<ModelInterface> = {}) {
  const whole: InputInterface = {
    name: 'x',
    datatype: 'FP32',
    shape: [-1, 8, 8, 1],
    meaning: null,
    ...input,
  };
  return pageAsks({ inputs: [whole], outputs, decision, ...rest });
}

function image(
  preparation: 'cell-counts' | 'pixels' | 'photo',
  layout: 'NCHW' | 'NHWC' = 'NHWC',
): InputInterface['meaning'] {
  return { kind: 'image', layout, range: [0, 1], preparation, names: null };
}

describe('what a page asks for', () => {
  it('is a photo where the graph prepares it, or its pixels are known', () => {
    expect(asked({ datatype: 'UINT8', shape: [-1, -1, -1, 3], meaning: image('photo') })).toBe('photo');
    expect(asked({ shape: [-1, 224, 224, 3], meaning: image('pixels') })).toBe('photo');
    expect(asked({ shape: [1, 1, 64, 32], meaning: image('pixels', 'NCHW') })).toBe('photo');
  });

  it('is a drawing where cells of a square are counted', () => {
    expect(asked({ meaning: image('cell-counts') })).toBe('drawing');
    expect(asked({ shape: [-1, 8, 16, 1], meaning: image('cell-counts') })).toBeNull();
  });

  it('is numbers where columns have names', () => {
    const meaning: InputInterface['meaning'] = {
      kind: 'features',
      names: ['a'],
      units: [null],
      ranges: null,
    };
    expect(asked({ shape: [-1, 1], meaning })).toBe('numbers');
    expect(asked({ shape: [-1, 1], datatype: 'BYTES', meaning })).toBeNull();
  });

  it('is a sound where it is one second as microphones are heard here', () => {
    const meaning: InputInterface['meaning'] = { kind: 'waveform', sampleRate: 16_000 };
    expect(asked({ shape: [-1, 16_000], meaning })).toBe('sound');
    expect(asked({ shape: [-1, 8_000], meaning })).toBeNull();
    expect(asked({ shape: [-1, 16_000], meaning: { ...meaning, sampleRate: 8_000 } })).toBeNull();
  });

  it('is nothing where nobody said what goes in, how large it is, or what comes out', () => {
    expect(asked({})).toBeNull();
    expect(asked({ shape: [-1, -1, -1, 3], meaning: image('pixels') })).toBeNull();
    expect(asked({ shape: [-1, 8, 8, 5], meaning: image('pixels') })).toBeNull();
    expect(asked({ meaning: image('cell-counts') }, { decision: null })).toBeNull();
    expect(asked({ meaning: image('cell-counts') }, { inputs: [] })).toBeNull();
    expect(asked({ datatype: 'FP32', meaning: image('photo') })).toBeNull();
  });
});
