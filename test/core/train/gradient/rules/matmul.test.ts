import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkGradient, holds } from '../finite-differences.ts';
import { lossGraph } from '../loss-graph.ts';
import { gradient } from '../../../../../src/core/train/gradient/gradient.ts';
import { broadcastPair, numbersIn, seed } from '../generate.ts';

const size = fc.integer({ min: 1, max: 4 });

describe('products: gradients are the central differences of', () => {
  it('MatMul with batches that broadcast', () =>
    holds(
      fc
        .record({ batches: broadcastPair, m: size, k: size, n: size, seed })
        .map(({ batches: [a, b], m, k, n, seed }) => ({
          op: 'MatMul',
          inputs: [numbersIn([...a, m, k], seed), numbersIn([...b, k, n], seed + 1)],
        })),
      10,
    ));

  it.each([
    [[3], [3]],
    [[3], [3, 2]],
    [[2, 3], [3]],
    [[3], [2, 3, 4]],
    [[2, 2, 3], [3]],
  ])('MatMul of vectors: %j and %j', (a, b) =>
    checkGradient({ op: 'MatMul', inputs: [numbersIn(a, 1), numbersIn(b, 2)] }),
  );

  it('Gemm, transposed and scaled', () =>
    holds(
      fc
        .record({
          m: size,
          k: size,
          n: size,
          seed,
          transA: fc.nat(1),
          transB: fc.nat(1),
          bias: fc.constantFrom<'none' | 'scalar' | 'row' | 'column' | 'all'>(
            'none',
            'scalar',
            'row',
            'column',
            'all',
          ),
        })
        .map(({ m, k, n, seed, transA, transB, bias }) => {
          const c = { scalar: [], row: [n], column: [m, 1], all: [m, n] };
          return {
            op: 'Gemm',
            inputs: [
              numbersIn(transA ? [k, m] : [m, k], seed),
              numbersIn(transB ? [n, k] : [k, n], seed + 1),
              ...(bias === 'none' ? [] : [numbersIn(c[bias], seed + 2)]),
            ],
            attributes: {
              transA: { int: transA },
              transB: { int: transB },
              alpha: { float: 0.5 },
              beta: { float: -1.5 },
            },
          };
        }),
      10,
    ));

  it.each([
    ['ij,jk->ik', [2, 3], [3, 4]],
    ['bij,bjk->bik', [2, 2, 3], [2, 3, 2]],
    ['bhid,bhjd->bhij', [1, 2, 3, 2], [1, 2, 2, 2]],
    ['ij,jk', [2, 3], [3, 4]],
    ['ij,k->i', [2, 3], [2]],
    ['i,j->ij', [2], [3]],
    ['i,i->', [3], [3]],
  ])('Einsum %s', (equation, a, b) =>
    checkGradient({
      op: 'Einsum',
      inputs: [numbersIn(a, 1), numbersIn(b, 2)],
      attributes: { equation: { string: equation } },
    }),
  );

  it('Einsum of one, two and three', async () => {
    const attributes = (equation: string) => ({ equation: { string: equation } });
    await checkGradient({ op: 'Einsum', inputs: [numbersIn([2, 3], 1)], attributes: attributes('ij->j') });
    const three = [numbersIn([2, 3], 1), numbersIn([3, 2], 2), numbersIn([2, 2], 3)];
    await checkGradient({ op: 'Einsum', inputs: three, attributes: attributes('ij,jk,kl->il') });
  });

  it('nothing where Einsum has a diagonal: it says so', () => {
    const { tape, loss, names } = lossGraph({
      op: 'Einsum',
      inputs: [numbersIn([3, 3], 1)],
      attributes: { equation: { string: 'ii->i' } },
    });
    expect(() => gradient(tape, { loss, wrt: names })).toThrow(/Einsum.*'ii->i'.*diagonal/);
  });
});
