// An inference request's JSON as its message. What nearly every client sends is looked at by hand, as it comes in with every
// request; whatever is not exactly that goes through the schema, which takes more forms and says what is wrong.
import { type Datatype, datatypes } from '../datatype.ts';
import { z } from '../zod.ts';
import { Malformed } from './malformed.ts';
import { type InferRequestMessage, inferRequestMessageSchema } from './message-schemas.ts';
import {
  maxDimension,
  maxDimensions,
  maxIdLength,
  maxNameLength,
  maxParameters,
  maxTensors,
  type Parameters,
  type TensorMessage,
} from './messages.ts';

/** Arrays and objects in each other, at most, as in Triton. */
const maxDepth = 100;

/** @throws Malformed naming the member, got and wanted */
export function toRequestMessage(json: unknown): InferRequestMessage {
  if (isPlainRequest(json)) return json;
  assertFewParameters(json);
  if (isDeeperThan(json, maxDepth)) throw new Malformed(`the JSON is nested deeper than ${maxDepth}`);
  const parsed = inferRequestMessageSchema.safeParse(json);
  if (!parsed.success) throw new Malformed(z.prettifyError(parsed.error));
  return parsed.data;
}

type Members = Readonly<Record<string, unknown>>;

/** Says no where in doubt. */
export function isPlainRequest(json: unknown): json is InferRequestMessage {
  if (!isObject(json) || json['inputs'] === undefined) return false;
  for (const name in json) {
    const value = json[name];
    switch (name) {
      case 'id':
        if (typeof value !== 'string' || value.length > maxIdLength) return false;
        break;
      case 'parameters':
        if (!isParameters(value)) return false;
        break;
      case 'inputs':
        if (!isArrayOf(value, maxTensors, isTensorMessage)) return false;
        break;
      case 'outputs':
        if (!isArrayOf(value, maxTensors, isOutput)) return false;
        break;
      default:
        return false;
    }
  }
  return true;
}

export function isTensorMessage(json: unknown): json is TensorMessage {
  if (!isObject(json)) return false;
  const { name, shape, datatype, parameters, data } = json;
  return (
    isName(name) &&
    isDatatype(datatype) &&
    isArrayOf(shape, maxDimensions, isSize) &&
    (parameters === undefined || isParameters(parameters)) &&
    (data === undefined || Array.isArray(data))
  );
}

function isOutput(json: unknown): boolean {
  if (!isObject(json)) return false;
  const { name, parameters } = json;
  return isName(name) && (parameters === undefined || isParameters(parameters));
}

function isParameters(json: unknown): json is Parameters {
  if (!isObject(json)) return false;
  for (const name in json) {
    const value = json[name];
    const isPlain = typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value);
    if (!isPlain || name === '__proto__') return false;
  }
  return true;
}

const known: ReadonlySet<unknown> = new Set(datatypes);

function isDatatype(json: unknown): json is Datatype {
  return known.has(json);
}

function isName(json: unknown): json is string {
  return typeof json === 'string' && json.length > 0 && json.length <= maxNameLength;
}

function isSize(json: unknown): boolean {
  return Number.isInteger(json) && (json as number) >= 0 && (json as number) <= maxDimension;
}

function isArrayOf(json: unknown, most: number, is: (item: unknown) => boolean): boolean {
  return Array.isArray(json) && json.length <= most && json.every(is);
}

function isObject(json: unknown): json is Members {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

/** The schema finds fault with each of them by itself, and takes a second for 30,000. @throws Malformed */
function assertFewParameters(json: unknown): void {
  if (!isObject(json)) return;
  let count = 0;
  for (const holder of [json, ...firstOf(json['inputs']), ...firstOf(json['outputs'])]) {
    const parameters = isObject(holder) ? holder['parameters'] : null;
    if (isObject(parameters)) count += Object.keys(parameters).length;
  }
  if (count > maxParameters)
    throw new Malformed(`there are ${count} parameters, at most ${maxParameters} may be`);
}

function firstOf(list: unknown): readonly unknown[] {
  return Array.isArray(list) ? (list as unknown[]).slice(0, maxTensors) : [];
}

/** Level by level, not by recursion: what is looked for is what a stack is too small for. */
function isDeeperThan(json: unknown, depth: number): boolean {
  let level = [json].filter(isContainer);
  for (let i = 0; i < depth; i++) {
    if (level.length === 0) return false;
    level = level.flatMap(container => Object.values(container).filter(isContainer));
  }
  return level.length > 0;
}

function isContainer(json: unknown): json is object {
  return typeof json === 'object' && json !== null;
}
