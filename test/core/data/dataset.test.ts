import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { datasetRows, parseDataset, writeDataset } from '../../../src/core/data/dataset.ts';

const schema = { features: ['a', 'b'], target: 'kind', split: 'part' };
const csv = 'a,b,kind,part\n5.1,-0.2,x,train\n1e-7,3,y,test\n0,123456.7,x,test\n';

describe('dataset', () => {
  it('reads and writes the same text', () => {
    expect(writeDataset(parseDataset(csv, schema))).toBe(csv);
  });

  it('gives the rows of a part with labels as indices', () => {
    const rows = datasetRows(parseDataset(csv, schema), 'test', ['x', 'y']);
    expect(Array.from(rows.labels)).toEqual([1, 0]);
    expect(Array.from(rows.features)).toEqual([1e-7, 3, 0, 123456.7].map(Math.fround));
    expect(datasetRows(parseDataset(csv, schema), 'validation', ['x', 'y']).rows).toBe(0);
  });

  it('names a label the model does not know', () => {
    expect(() => datasetRows(parseDataset(csv, schema), 'test', ['x'])).toThrow(
      'row 2 is labelled "y", the model knows x',
    );
  });

  it('names a part that is none, and a column that is missing', () => {
    expect(() => parseDataset('a,b,kind,part\n1,2,x,holdout\n', schema)).toThrow('row 1: the part is "holdout"');
    expect(() => parseDataset('a,b,part\n1,2,test\n', schema)).toThrow('"kind" is missing');
  });

  it('keeps every binary32 through text', () => {
    const numbers = fc.float({ noNaN: true, noDefaultInfinity: true }).map(value => value + 0);
    fc.assert(
      fc.property(fc.array(numbers, { minLength: 2, maxLength: 2 }), values => {
        const written = writeDataset({
          ...schema,
          features: ['a', 'b'],
          rows: 1,
          values: Float32Array.from(values),
          labels: ['x'],
          parts: ['train'],
        });
        expect(Array.from(parseDataset(written, schema).values)).toEqual(values);
      }),
    );
  });
});
