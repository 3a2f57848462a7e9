import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { learningParts } from '../../../src/core/teach/validation-part.ts';

const shown = fc
  .array(fc.record({ label: fc.nat(3), recording: fc.nat(9) }), { minLength: 1, maxLength: 60 })
  .map(rows => ({
    labels: Int32Array.from(rows, ({ label }) => label),
    // What was recorded in one go is of one class.
    recordings: rows.map(({ label, recording }) => `${label} ${recording}`),
  }));

describe('the rows that say when to stop', () => {
  it('are others than those that are learnt from, and both are all', () => {
    fc.assert(
      fc.property(shown, rows => {
        const { learn, validate } = learningParts(rows);
        const all = [...learn, ...validate].sort((a, b) => a - b);
        expect(all).toEqual([...rows.labels.keys()]);
      }),
    );
  });

  it('leave something to learn from of every class', () => {
    fc.assert(
      fc.property(shown, rows => {
        const learnt = new Set(learningParts(rows).learn.map(row => rows.labels[row]));
        expect(learnt).toEqual(new Set(rows.labels));
      }),
    );
  });

  it('share no recording with them, but for one that is more than half of its class', () => {
    fc.assert(
      fc.property(shown, rows => {
        const { learn, validate } = learningParts(rows);
        const learnt = new Set(learn.map(row => rows.recordings[row]));
        const parted = validate.filter(row => learnt.has(rows.recordings[row]));
        for (const row of parted) {
          const ofClass = rows.labels.filter(label => label === rows.labels[row]).length;
          const ofRecording = rows.recordings.filter(recording => recording === rows.recordings[row]).length;
          expect(2 * ofRecording).toBeGreaterThan(ofClass);
        }
      }),
    );
  });

  it('are an eighth of each class', () => {
    const labels = Int32Array.from({ length: 96 }, (_, row) => row % 4);
    const { validate } = learningParts({
      labels,
      recordings: Array.from(labels, (_label, row) => String(row)),
    });
    for (let label = 0; label < 4; label++) {
      expect(validate.filter(row => labels[row] === label)).toHaveLength(3);
    }
  });
});
