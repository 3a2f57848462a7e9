// A tensor as people type it: JSON, nested or flat, or numbers apart by commas, spaces or lines. Empty means zeros.
import type { InputInterface } from '../../core/artifact/interface.ts';
import { HaversackError } from '../../core/errors.ts';
import { fromRecorded } from '../../core/runtime/recorded-tensors.ts';
import { elements, type Tensor } from '../../core/tensor.ts';

/** As many numbers as a form can be asked to hold. */
const maxElements = 16_000_000;

type Value = number | string | boolean;

/** @throws HaversackError `InputInvalid` with what was got and wanted */
export function parseTensorText(
  { name, datatype }: Pick<InputInterface, 'name' | 'datatype'>,
  shape: readonly number[],
  text: string,
): Tensor {
  const refuse = (why: string) => new HaversackError('InputInvalid', `"${name}": ${why}.`);
  if (shape.some(size => !Number.isInteger(size) || size < 0)) throw refuse('a dimension is no whole number');
  const wanted = elements(shape);
  if (wanted > maxElements) throw refuse(`${wanted} numbers, at most ${maxElements}`);
  const values = parseValues(text, wanted, datatype === 'BYTES' ? '' : 0);
  if (values.length !== wanted) {
    throw refuse(`${values.length} values, wanted ${wanted} (${shape.join(' × ')})`);
  }
  if (datatype !== 'BYTES') {
    const bad = values.findIndex(
      value => typeof value === 'string' && (value === '' || Number.isNaN(Number(value))),
    );
    if (bad >= 0) throw refuse(`value ${bad + 1} is "${String(values[bad]).slice(0, 40)}", wanted a number`);
  }
  return fromRecorded({ datatype, shape: [...shape], data: values });
}

function parseValues(text: string, wanted: number, zero: Value): Value[] {
  const trimmed = text.trim();
  if (trimmed === '') return new Array<Value>(wanted).fill(zero);
  if (/^["[{]/.test(trimmed)) {
    const flat = flatten(parseJson(trimmed));
    if (flat) return flat;
  }
  return trimmed.split(/[\s,;]+/).filter(Boolean);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Null where something in it is neither a list nor a value. */
function flatten(value: unknown): Value[] | null {
  if (typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean') return [value];
  if (!Array.isArray(value)) return null;
  const parts = value.map(flatten);
  return parts.every(part => part !== null) ? parts.flat() : null;
}
