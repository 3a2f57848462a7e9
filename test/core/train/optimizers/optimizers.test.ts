// Each optimizer in its graph, step by step, against its published formula in float64.
import { describe, expect, it } from 'vitest';
import { openNodeSession } from '../../../../server/inference/session.ts';
import { float32, type Tensor } from '../../../../src/core/tensor.ts';
import {
  averageSlot,
  buildUpdate,
  decays,
  type OptimizerSettings,
  scalarsOf,
  slotsOf,
} from '../../../../src/core/train/optimizers/update.ts';
import { tapeOver } from '../run-tape.ts';

type Numbers = readonly number[];
const start: readonly Numbers[] = [
  [1, -2, 0.5, 3],
  [0.25, -0.75],
];
/** Of parameter `p` at a step, element by element. */
const gradientAt = (p: number, step: number) => start[p]!.map((x, i) => Math.sin(3 * x + i + step + p));
const learningRate = (step: number) => 0.1 / step;

/** Five steps of the graph; the parameters after each. */
async function stepped(settings: OptimizerSettings, rateShare?: number): Promise<number[][][]> {
  const shapes = [[2, 2], [2]];
  const slots = slotsOf(settings);
  const names = shapes.flatMap((shape, p) =>
    ['p', 'g', ...slots].map(kind => ({ name: `${kind}${p}`, datatype: 'FP32' as const, shape })),
  );
  const scalars = Object.keys(scalarsOf(settings, 1, 0));
  const tape = tapeOver([...names, ...scalars.map(name => ({ name, datatype: 'FP32' as const, shape: [] }))]);
  const updated = buildUpdate(
    tape,
    settings,
    shapes.map((shape, p) => ({
      value: `p${p}`,
      decays: decays(settings, shape),
      ...(rateShare !== undefined && { rateShare }),
      gradient: `g${p}`,
      state: slots.map(slot => `${slot}${p}`),
    })),
    Object.fromEntries(scalars.map(name => [name, name])),
  );
  const outputs = updated.flatMap(({ value, state }) => [value, ...state]);
  tape.graph.outputs = outputs.map(name => ({ name, ...tape.type(name) }));
  const session = await openNodeSession(tape.graph.toBytes());
  let carried = new Map<string, Tensor>(
    shapes.flatMap((shape, p) => [
      [`p${p}`, float32(shape, start[p]!)] as const,
      ...slots.map(slot => {
        const initial = slot === averageSlot ? start[p]! : start[p]!.map(() => 0);
        return [`${slot}${p}`, float32(shape, initial)] as const;
      }),
    ]),
  );
  const seen: number[][][] = [];
  for (let step = 1; step <= 5; step++) {
    const fed = scalarsOf(settings, step, learningRate(step));
    const results = await session.run({
      ...Object.fromEntries(carried),
      ...Object.fromEntries(shapes.map((shape, p) => [`g${p}`, float32(shape, gradientAt(p, step))])),
      ...Object.fromEntries(Object.entries(fed).map(([name, value]) => [name, float32([], [value])])),
    });
    carried = new Map(
      updated.flatMap(({ value, state }, p) => [
        [`p${p}`, results[value]!] as const,
        ...state.map((name, s) => [`${slots[s]!}${p}`, results[name]!] as const),
      ]),
    );
    const shown = slots.includes(averageSlot) ? averageSlot : 'p';
    seen.push(shapes.map((_, p) => Array.from(carried.get(`${shown}${p}`)!.data as Float32Array)));
  }
  await session.dispose();
  return seen;
}

/** The formula of one element: from gradient, step and state to what is subtracted. */
type Formula = (gradient: number, step: number, state: Record<string, number>) => number;

function reference(
  formula: Formula,
  change: { decay?: number; clip?: number; average?: number; share?: number } = {},
): number[][][] {
  const values = start.map(row => [...row]);
  const averages = start.map(row => [...row]);
  const states = start.map(row => row.map((): Record<string, number> => ({})));
  return Array.from({ length: 5 }, (_, at) => {
    const step = at + 1;
    const gradients = start.map((_row, p) => gradientAt(p, step));
    const norm = Math.hypot(...gradients.flat());
    const scale = change.clip === undefined ? 1 : Math.min(1, change.clip / (norm + 1e-6));
    values.forEach((row, p) =>
      row.forEach((value, i) => {
        const decay = p === 0 ? learningRate(step) * (change.decay ?? 0) * value : 0;
        const moved = decay + formula(gradients[p]![i]! * scale, step, states[p]![i]!);
        row[i] = value - (change.share ?? 1) * moved;
        averages[p]![i] = (change.average ?? 0) * averages[p]![i]! + (1 - (change.average ?? 0)) * row[i];
      }),
    );
    return (change.average === undefined ? values : averages).map(row => [...row]);
  });
}

async function agrees(settings: OptimizerSettings, wanted: number[][][], rateShare?: number): Promise<void> {
  const got = await stepped(settings, rateShare);
  got.forEach((step, s) =>
    step.forEach((row: Numbers, p) =>
      row.forEach((value, i) => expect(Math.abs(value - wanted[s]![p]![i]!)).toBeLessThan(2e-6)),
    ),
  );
}

const plain: Formula = (g, step) => learningRate(step) * g;
const momentum =
  (nesterov: boolean): Formula =>
  (g, step, state) => {
    state['v'] = 0.9 * (state['v'] ?? 0) + g;
    return learningRate(step) * (nesterov ? g + 0.9 * state['v'] : state['v']);
  };
const adam: Formula = (g, step, state) => {
  state['m'] = 0.9 * (state['m'] ?? 0) + 0.1 * g;
  state['v'] = 0.999 * (state['v'] ?? 0) + 0.001 * g * g;
  const first = state['m'] / (1 - 0.9 ** step);
  const second = state['v'] / (1 - 0.999 ** step);
  return (learningRate(step) * first) / (Math.sqrt(second) + 1e-8);
};

describe('the optimizers', () => {
  it('SGD goes down the gradient', () => agrees({ kind: 'sgd' }, reference(plain)));

  it('SGD gathers momentum', () =>
    agrees({ kind: 'sgd', options: { momentum: 0.9 } }, reference(momentum(false))));

  it('SGD looks ahead with Nesterov', () =>
    agrees({ kind: 'sgd', options: { momentum: 0.9, nesterov: true } }, reference(momentum(true))));

  it('Adam follows algorithm 1 of its paper', () => agrees({ kind: 'adam' }, reference(adam)));

  it('Adam’s first step is the learning rate long, whatever the gradient', async () => {
    const [first] = await stepped({ kind: 'adam' });
    first!.forEach((row, p) =>
      row.forEach((value, i) => expect(Math.abs(value - start[p]![i]!)).toBeCloseTo(0.1, 5)),
    );
  });

  it('AdamW decays weights apart from the gradient, and biases not at all', () =>
    agrees({ kind: 'adamw', options: { weightDecay: 0.1 } }, reference(adam, { decay: 0.1 })));

  it('RMSprop divides by the root of the mean square', () =>
    agrees(
      { kind: 'rmsprop', options: { decay: 0.9 } },
      reference((g, step, state) => {
        state['s'] = 0.9 * (state['s'] ?? 0) + 0.1 * g * g;
        return (learningRate(step) * g) / (Math.sqrt(state['s']) + 1e-8);
      }),
    ));

  it('RMSprop gathers momentum', () =>
    agrees(
      { kind: 'rmsprop', options: { momentum: 0.5 } },
      reference((g, step, state) => {
        state['s'] = 0.99 * (state['s'] ?? 0) + 0.01 * g * g;
        state['b'] = 0.5 * (state['b'] ?? 0) + g / (Math.sqrt(state['s']) + 1e-8);
        return learningRate(step) * state['b'];
      }),
    ));

  it('clips by the norm of all gradients together', () =>
    agrees({ kind: 'sgd', options: { clipNorm: 0.5 } }, reference(plain, { clip: 0.5 })));

  it('leaves a shorter gradient as it is', () =>
    agrees({ kind: 'sgd', options: { clipNorm: 1e3 } }, reference(plain, { clip: 1e3 })));

  it.each([0.1, 3])('moves and decays by a share of %s of the rate', share =>
    agrees({ kind: 'adamw', options: { weightDecay: 0.1 } }, reference(adam, { decay: 0.1, share }), share),
  );

  it('averages the weights it keeps', () =>
    agrees({ kind: 'sgd', options: { averageDecay: 0.8 } }, reference(plain, { average: 0.8 })));
});
