// Files as people bring them: good models without anything beside them, and the wrong ones.
import { create } from '@bufbuild/protobuf';
import { StringStringEntryProtoSchema } from 'onnx-buf';
import type { Page } from 'playwright';
import type { Bytes } from '../../../src/core/artifact/digest.ts';
import { GraphBuilder } from '../../../src/core/onnx/build.ts';
import { readModel } from '../../../src/core/onnx/read.ts';
import { writeModel } from '../../../src/core/onnx/write.ts';

/** y = a + w: two numbers in, two out; no labels, no data set, no layers. */
export function shiftModel(): Bytes {
  return new GraphBuilder('shift')
    .input('a', 'FP32', [1, 2])
    .initializer('w', { datatype: 'FP32', shape: [2], data: Float32Array.of(10, 20) })
    .node('Add', ['a', 'w'], ['y'])
    .output('y', 'FP32', [1, 2])
    .build();
}

export function modelWithUnknownOperator(): Bytes {
  return new GraphBuilder('unknown')
    .input('a', 'FP32', [1, 2])
    .node('Frobnicate', ['a'], ['y'])
    .output('y', 'FP32', [1, 2])
    .build();
}

export function modelWithWeightsElsewhere(): Bytes {
  const model = readModel(shiftModel());
  const weight = model.graph!.initializer[0]!;
  weight.rawData = new Uint8Array();
  weight.dataLocation = 1;
  weight.externalData = [create(StringStringEntryProtoSchema, { key: 'location', value: 'shift.bin' })];
  return writeModel(model);
}

/** Drops a file onto what `selector` finds, as a hand does. */
export async function drop(
  page: Page,
  selector: string,
  name: string,
  content: Bytes | string,
): Promise<void> {
  const bytes = [...(typeof content === 'string' ? new TextEncoder().encode(content) : content)];
  const transfer = await page.evaluateHandle(
    file => {
      const data = new DataTransfer();
      data.items.add(new File([new Uint8Array(file.bytes)], file.name));
      return data;
    },
    { name, bytes },
  );
  await page.locator(selector).dispatchEvent('drop', { dataTransfer: transfer });
}
