// How far a run has come: what changes from step to step outside the host's slots. Knows no graph.
import { fromState, type Random, seededRandom } from '../data/random.ts';
import type { FitState, Kept } from './fit-state.ts';
import type { Judgement } from './judge.ts';
import { inOrder } from './samples.ts';
import { type Plateau, plateauStart } from './schedules.ts';

export const noJudgement: Judgement = { loss: 0, hits: 0, answers: 0, rows: 0 };

/** The fields that a state has mean what they mean there. */
export class Course {
  step = 0;
  epoch = 0;
  taken = 0;
  plateau: Plateau = plateauStart;
  training = noJudgement;
  validation: Judgement | null = null;
  kept: Kept | null = null;
  /** What the epoch before ended with, until a loss says that it is good for anything. */
  ended: Kept | null = null;
  readonly order: Int32Array<ArrayBuffer>;
  readonly #random: Random;

  private constructor(order: Int32Array<ArrayBuffer>, random: Random) {
    this.order = order;
    this.#random = random;
  }

  /** Before the first epoch. */
  static start(rows: number, seed: number): Course {
    return new Course(inOrder(rows), seededRandom(seed));
  }

  static from({ order, random, ...state }: FitState): Course {
    const course = new Course(order.slice(), fromState(random));
    const { step, epoch, taken, plateau, training, validation, kept } = state;
    return Object.assign(course, { step, epoch, taken, plateau, training, validation, kept });
  }

  beginEpoch(): void {
    this.epoch++;
    this.taken = 0;
    this.training = noJudgement;
    this.#random.shuffle(this.order);
  }

  /** A loss was a number, and the weights that the last epoch ended with made it: finite ones may still overflow. */
  trustWhatEnded(): void {
    this.kept = this.ended ?? this.kept;
    this.ended = null;
  }

  /** After a step. */
  state(rest: Pick<FitState, 'provider' | 'threads' | 'steps' | 'slots' | 'workedMs'>): FitState {
    const { step, epoch, taken, plateau, training, validation, kept } = this;
    const order = this.order.slice();
    return {
      ...rest,
      ...{ step, epoch, taken, order, random: this.#random.state() },
      ...{ plateau, training, validation, kept },
    };
  }
}
