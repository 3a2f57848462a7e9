import { expect, test } from 'vitest';
import { HaversackError } from '../../src/core/errors.ts';
import { NearestNeighbours } from '../../src/core/teach/nearest-neighbours.ts';
import { ProjectAnswerer } from '../../src/worker/project-answerer.ts';
import type { EmbeddedRows, ProjectExamples } from '../../src/worker/project-examples.ts';
import { clusters } from '../core/teach/clusters.ts';

const classIds = ['a', 'b', 'c'];

function rowsOf(rows: number, seed: number): EmbeddedRows {
  const made = clusters({ rows, seed });
  return { ...made, classIds, ids: [...made.labels.keys()].map(row => `${seed}/${row}`) };
}

/** 60 examples that are learnt from, 30 held out; `onAnswer` hears each time that the nearest are asked. */
function examples(onAnswer: () => void, embedder = 'sha256:first'): ProjectExamples {
  const parts = { train: rowsOf(60, 1), test: rowsOf(30, 2) };
  const { width, ids, embeddings, labels } = parts.train;
  const nearest = new NearestNeighbours(width);
  ids.forEach((id, row) => {
    nearest.add(id, embeddings.subarray(row * width, (row + 1) * width), classIds[labels[row]!]!);
  });
  const answer = (embedding: Float32Array) => {
    onAnswer();
    return nearest.answer(embedding);
  };
  return {
    changes: 1,
    embedder,
    classes: classIds.map(id => ({ id, label: id, isNone: false })),
    embedded: 90,
    nearest: { answer },
    learntClasses: () => classIds,
    rows: (part: 'train' | 'test') => parts[part],
  } as unknown as ProjectExamples;
}

test('while it is judged by what is held out, others get their turn before each of it', async () => {
  let turns = 0;
  const turnsAt: number[] = [];
  const answerer = new ProjectAnswerer(examples(() => turnsAt.push(turns)));
  await answerer.train({
    checkpoint: () => {
      turns++;
      return Promise.resolve();
    },
  });
  expect(answerer.shares.heldOut).toBe(30);
  expect(answerer.shares.nearest).toBeGreaterThan(0.5);
  expect(turnsAt).toEqual(Array.from({ length: 30 }, (_, i) => turnsAt[0]! + i));
});

test('a head answers no embedding of another embedder: the nearest do until it is trained anew', async () => {
  const known = examples(() => undefined);
  const answerer = new ProjectAnswerer(known);
  await answerer.train({ checkpoint: () => Promise.resolve() });
  const asked = rowsOf(1, 3).embeddings;
  const { embedder: first } = known;
  expect(answerer.answer(asked, first!).by).toBe('head');
  // Made anew before the examples were embedded by it.
  expect(answerer.answer(asked, 'sha256:second')).toEqual({ by: null, scores: [] });
  Object.assign(known, { embedder: 'sha256:second', changes: 2 });
  expect(answerer.answer(asked, 'sha256:second').by).toBe('nearest');
  await answerer.train({ checkpoint: () => Promise.resolve() });
  expect(answerer.answer(asked, 'sha256:second').by).toBe('head');
});

test('stopped while it is judged, it ends there', async () => {
  let asked = 0;
  const answerer = new ProjectAnswerer(examples(() => asked++));
  const training = answerer.train({
    checkpoint: () =>
      asked < 3 ? Promise.resolve() : Promise.reject(new HaversackError('Aborted', 'stopped')),
  });
  await expect(training).rejects.toMatchObject({ code: 'Aborted' });
  expect(asked).toBe(3);
});
