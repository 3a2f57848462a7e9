// Real files and documents, a little broken: further in than noise ever gets.
import fc from 'fast-check';
import { joinBytes } from '../../src/core/join-bytes.ts';
import { tensorLayout } from '../../src/core/onnx/layout.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** Places are shares of what there is, so that one mutation fits every file. */
const share = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const length = fc.oneof(fc.constantFrom(1, 2, 4, 8), fc.integer({ min: 1, max: 400 }));
/** What a length, a number or a name may suddenly be. */
const bytes = fc.oneof(
  fc.constantFrom(
    [0],
    [0xff],
    [0x7f],
    [0x80],
    [0x80, 0x80, 0x80, 0x80, 0x08],
    [...Array<number>(9).fill(0xff), 1],
  ),
  fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 1, maxLength: 12 }),
);

type Mutation = (file: Bytes, place: (at: number) => number) => Bytes;

function replaced(file: Bytes, from: number, to: number, ...parts: Bytes[]): Bytes {
  return joinBytes([file.slice(0, from), ...parts, file.slice(to)]);
}

const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.tuple(share, fc.integer({ min: 0, max: 7 })).map(([at, bit]): Mutation => (file, place) => {
    const copy = file.slice();
    const i = place(at);
    copy[i] = (copy[i] ?? 0) ^ (1 << bit);
    return copy;
  }),
  fc.tuple(share, bytes).map(
    ([at, put]): Mutation =>
      (file, place) =>
        replaced(file, place(at), place(at) + put.length, Uint8Array.from(put)),
  ),
  fc.tuple(share, bytes).map(
    ([at, put]): Mutation =>
      (file, place) =>
        replaced(file, place(at), place(at), Uint8Array.from(put)),
  ),
  fc.tuple(share, length).map(
    ([at, count]): Mutation =>
      (file, place) =>
        replaced(file, place(at), place(at) + count),
  ),
  fc.tuple(share, share, length).map(([at, from, count]): Mutation => (file, place) => {
    const taken = file.slice(place(from), place(from) + count);
    return replaced(file, place(at), place(at), taken);
  }),
  share.map(
    (at): Mutation =>
      (file, place) =>
        file.slice(0, place(at)),
  ),
);

/** Where the bytes lie that are no weights: a broken number in a weight is still a number. */
export function structureOf(file: Bytes): (at: number) => number {
  const gaps: { start: number; bytes: number }[] = [];
  let end = 0;
  for (const { offset, bytes: size } of tensorLayout(file)) {
    gaps.push({ start: end, bytes: offset - end });
    end = offset + size;
  }
  gaps.push({ start: end, bytes: file.length - end });
  const total = gaps.reduce((sum, gap) => sum + gap.bytes, 0);
  return at => {
    let left = Math.floor(at * total);
    for (const { start, bytes: size } of gaps) {
      if (left < size) return start + left;
      left -= size;
    }
    return file.length - 1;
  };
}

/** One of the files with up to six mutations. */
export function mutated(files: readonly Bytes[], placeOf?: (file: Bytes) => (at: number) => number) {
  const sources = files.map(file => ({
    file,
    place: placeOf?.(file) ?? (at => Math.floor(at * file.length)),
  }));
  return fc
    .tuple(fc.constantFrom(...sources), fc.array(mutation, { minLength: 1, maxLength: 6 }))
    .map(([{ file, place }, mutations]) => mutations.reduce((now, mutate) => mutate(now, place), file));
}

/** What a member of a document may suddenly be. */
const member = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    '',
    0,
    -1,
    2 ** 53,
    1e308,
    true,
    [],
    {},
    '__proto__',
    'a'.repeat(5000),
    '../../x',
    undefined,
  ),
  fc.jsonValue({ maxDepth: 2 }),
  fc.integer({ min: 1, max: 10 }).map(depth => {
    let nested: unknown = 0;
    for (let i = 0; i < depth * 100; i += 1) nested = [nested];
    return nested;
  }),
);

/** The document with one to four of its members replaced, removed or doubled. */
export function mutatedDocument(document: object): fc.Arbitrary<Record<string, unknown>> {
  const change = fc.record({ at: share, put: member, how: fc.constantFrom('put', 'remove', 'double') });
  return fc.array(change, { minLength: 1, maxLength: 4 }).map(changes => {
    const copy = structuredClone(document) as Record<string, unknown>;
    for (const { at, put, how } of changes) {
      const places = placesIn(copy);
      const place = places[Math.floor(at * places.length)];
      if (!place) continue;
      const { holder, key } = place;
      if (how === 'put') holder[key] = put;
      else if (how === 'double') holder[`${key}2`] = holder[key];
      else if (Array.isArray(holder)) holder.splice(Number(key), 1);
      else Reflect.deleteProperty(holder, key);
    }
    return copy;
  });
}

interface Place {
  readonly holder: Record<string, unknown>;
  readonly key: string;
}

/** Every member, however deep; of long lists the first few. */
function placesIn(value: unknown, depth = 0): Place[] {
  if (typeof value !== 'object' || value === null || depth > 12) return [];
  const holder = value as Record<string, unknown>;
  return Object.keys(holder)
    .slice(0, 40)
    .flatMap(key => [{ holder, key }, ...placesIn(holder[key], depth + 1)]);
}
