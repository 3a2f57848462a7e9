// `{ "b64": … }` for text that came as bytes (TensorFlow Serving, "Encoding binary values").
import type { InputInterface } from '../artifact/interface.ts';
import { Malformed } from '../protocol/malformed.ts';

const maxNesting = 32;

/** Only a model that takes BYTES has such values: for others nothing is looked for. @throws Malformed */
export function decodeBase64(json: unknown, inputs: readonly InputInterface[]): unknown {
  return inputs.some(({ datatype }) => datatype === 'BYTES') ? decoded(json, 0) : json;
}

function decoded(json: unknown, depth: number): unknown {
  if (typeof json !== 'object' || json === null) return json;
  if (depth > maxNesting) throw new Malformed(`values are nested deeper than ${maxNesting}`);
  if (Array.isArray(json)) return json.map(item => decoded(item, depth + 1));
  const members = Object.entries(json);
  const [only] = members;
  if (members.length === 1 && only![0] === 'b64') return textOf(only![1]);
  return Object.fromEntries(members.map(([name, value]) => [name, decoded(value, depth + 1)]));
}

function textOf(base64: unknown): string {
  try {
    const bytes = Uint8Array.from(atob(String(base64)), unit => unit.charCodeAt(0));
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Malformed('a b64 is no base64 of UTF-8');
  }
}
