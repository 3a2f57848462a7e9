// The networks of the training benches, by name.
import { digitsCnn } from './digits-cnn.ts';
import { gru } from './gru.ts';
import { imageCnn } from './image-cnn.ts';
import { mlp } from './mlp.ts';
import { mobileNet } from './mobile-net.ts';
import type { Net } from './net.ts';
import { transformer } from './transformer.ts';

export const nets: readonly Net[] = [mlp, digitsCnn, imageCnn, mobileNet, transformer, gru];

export function netNamed(name: string): Net {
  const net = nets.find(each => each.name === name);
  if (!net)
    throw new RangeError(`There is no net ${name}; there are ${nets.map(each => each.name).join(', ')}.`);
  return net;
}
