import { describe, expect, it } from 'vitest';
import { chooseAnswerer } from '../../../src/core/teach/choose-answerer.ts';
import { foldsOf } from '../../../src/core/teach/folds.ts';
import { probabilitiesOf } from '../../../src/core/teach/head.ts';
import { rowsAt } from '../../../src/core/teach/labelled-embeddings.ts';
import { trainHead } from '../../../src/core/teach/train-head.ts';
import { clusters, rightShare } from './clusters.ts';

describe('a head', () => {
  it('tells classes apart that it was shown, on rows that it was not', async () => {
    const { head } = await trainHead(clusters({ rows: 60 }));
    const other = clusters({ rows: 300, seed: 2 });
    const probabilities = probabilitiesOf(head, other.embeddings);
    expect(rightShare(probabilities, other)).toBeGreaterThan(0.95);
    for (let row = 0; row < 300; row++) {
      const sum = probabilities.subarray(3 * row, 3 * row + 3).reduce((a, b) => a + b, 0);
      expect(sum).toBeCloseTo(1, 5);
    }
  });

  it('is the same for the same rows, bit for bit, whether the rows are few or many for their width', async () => {
    for (const width of [12, 200]) {
      const rows = clusters({ rows: 45, width });
      const [one, other] = [await trainHead(rows), await trainHead(rows)];
      expect(other).toEqual(one);
    }
  });

  it('is as sure as it is right, where classes overlap', async () => {
    const { head, judged } = await trainHead(clusters({ rows: 240, apart: 0.35 }));
    const other = clusters({ rows: 600, apart: 0.35, seed: 5 });
    const probabilities = probabilitiesOf(head, other.embeddings);
    let sum = 0;
    for (let row = 0; row < 600; row++)
      sum += Math.max(...probabilities.subarray(3 * row, 3 * row + 3)) / 600;
    expect(Math.abs(sum - rightShare(probabilities, other))).toBeLessThan(0.1);
    expect(judged.rows).toHaveLength(240);
  });

  it('takes a class that was shown ten times as often for no likelier', async () => {
    const rows = clusters({ rows: 330, apart: 0.35 });
    const rare = [...rows.labels.keys()].filter(row => rows.labels[row] !== 2 || row < 33);
    const { head } = await trainHead(rowsAt(rows, rare));
    const other = clusters({ rows: 600, apart: 0.35, seed: 5 });
    const probabilities = probabilitiesOf(head, other.embeddings);
    const answered = new Array<number>(3).fill(0);
    for (let row = 0; row < 600; row++) {
      const ofRow = probabilities.subarray(3 * row, 3 * row + 3);
      answered[ofRow.indexOf(Math.max(...ofRow))]!++;
    }
    expect(answered[2]).toBeGreaterThan(100);
  });

  it('is learnt from one example a class, though nothing can be kept out to judge by', async () => {
    const { head, judged } = await trainHead(clusters({ rows: 3 }));
    expect(judged.rows).toEqual([]);
    expect(rightShare(probabilitiesOf(head, clusters({ rows: 3 }).embeddings), clusters({ rows: 3 }))).toBe(
      1,
    );
  });

  it('is refused for one class, and for a class without rows', async () => {
    const one = { ...clusters({ rows: 9, classes: 3 }), labels: new Int32Array(9) };
    await expect(trainHead(one)).rejects.toThrow('1 of 3 have one');
    await expect(trainHead({ ...one, classes: 1 })).rejects.toThrow('two classes');
  });

  it('lets others have their turn, and stops when it is told to', async () => {
    let turns = 0;
    const stopAt = (most: number) => ({
      checkpoint: () => (++turns > most ? Promise.reject(new Error('stop')) : Promise.resolve()),
    });
    await trainHead(clusters({ rows: 30 }), stopAt(1e6));
    expect(turns).toBeGreaterThan(5);
    turns = 0;
    await expect(trainHead(clusters({ rows: 30 }), stopAt(3))).rejects.toThrow('stop');
  });
});

describe('folds', () => {
  it('do not part a recording, but one that is more than half of its class', () => {
    const rows = clusters({ rows: 90, together: 5 });
    const folds = foldsOf(rows, 3);
    const ofRecording = new Map<string, Set<number>>();
    rows.recordings.forEach((name, row) => {
      ofRecording.set(name, (ofRecording.get(name) ?? new Set()).add(folds[row]!));
    });
    expect([...ofRecording.values()].every(({ size }) => size === 1)).toBe(true);
    const one = foldsOf({ labels: new Int32Array(9), recordings: new Array<string>(9).fill('r') }, 3);
    expect([...one]).toEqual([0, 0, 0, 1, 1, 1, 2, 2, 2]);
  });
});

describe('who answers', () => {
  it('is the head where it is right as often on what neither saw, with both shares', async () => {
    const rows = clusters({ rows: 90, apart: 0.6 });
    const choice = await chooseAnswerer(rows, await trainHead(rows));
    expect(choice.by).toBe(choice.head! >= choice.nearest! ? 'head' : 'nearest');
    expect(choice.head).toBeGreaterThan(0.6);
  });

  it('is the nearest while nothing can be kept out', async () => {
    const rows = clusters({ rows: 3 });
    const choice = await chooseAnswerer(rows, await trainHead(rows));
    expect(choice).toEqual({ by: 'nearest', nearest: null, head: null });
  });

  it('is the nearest where no plane parts the classes', async () => {
    // Exclusive or: two opposite corners of a square are one class.
    const corners = [1, 1, 1, -1, -1, 1, -1, -1];
    const rows = 160;
    const embeddings = Float32Array.from(
      { length: 2 * rows },
      (_, at) => corners[at % 8]! + 0.1 * Math.sin(at),
    );
    const labels = Int32Array.from({ length: rows }, (_, row) => (row % 4 === 0 || row % 4 === 3 ? 1 : 0));
    const square = { width: 2, classes: 2, embeddings, labels, recordings: [...labels.keys()].map(String) };
    const choice = await chooseAnswerer(square, await trainHead(square));
    expect(choice).toMatchObject({ by: 'nearest', nearest: 1 });
  });
});
