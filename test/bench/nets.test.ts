import { expect, it } from 'vitest';
import { nets } from '../../bench/nets/nets.ts';
import { oursTrainer } from '../../bench/nets/ours.ts';
import { takeTurn } from '../../bench/nets/trainer.ts';
import { openNodeSession } from '../../server/inference/session.ts';
import { memoryStepHost } from '../../src/core/runtime/step-host.ts';

it.each(nets)('$title learns, and starts anew from the same weights', { timeout: 120_000 }, async net => {
  const trainer = await oursTrainer(net, memoryStepHost('cpu', openNodeSession));
  const { losses } = await takeTurn(trainer, 2);
  expect(losses[1]).toBeLessThan(losses[0]!);
  const again = await takeTurn(trainer, 2);
  // Several threads add up in another order.
  expect(again.losses[0]).toBeCloseTo(losses[0]!, 4);
  expect(again.losses[1]).toBeCloseTo(losses[1]!, 3);
});
