// From a JSON Schema of the API's description to values: those that fit, and those in which one thing does not.
import fc from 'fast-check';

type Schema = Readonly<Record<string, unknown>>;
type Schemas = Readonly<Record<string, Schema>>;

/** Deeper, a schema that knows itself ends. */
const maxDepth = 5;
/** The first of a `oneOf` or of an example is the likelier to be taken; a little of everything. */
const wrong: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(null, true, '', 'x', '__proto__', '\u0000', 0, -1, 0.5, 1e308, 2 ** 53, [], {}, [[[[]]]]),
  fc.string({ maxLength: 300 }),
  fc.jsonValue({ maxDepth: 2 }),
);

/** Values that fit as far as their keywords are known here, and as good as fit where they are not. */
export function fitting(schema: Schema, schemas: Schemas, depth = 0): fc.Arbitrary<unknown> {
  if (depth > 3 * maxDepth) return fc.constant(null);
  const ref = schema['$ref'];
  if (typeof ref === 'string') return fitting(named(ref, schemas), schemas, depth + 1);
  if ('const' in schema) return fc.constant(schema['const']);
  const choices = (schema['enum'] ?? null) as unknown[] | null;
  if (choices) return fc.constantFrom(...choices);
  const alternatives = (schema['anyOf'] ?? schema['oneOf'] ?? null) as Schema[] | null;
  if (alternatives) return fc.oneof(...alternatives.map(each => fitting(each, schemas, depth + 1)));
  switch (schema['type']) {
    case 'object':
      return objects(schema, schemas, depth);
    case 'array':
      return arrays(schema, schemas, depth);
    case 'string':
      return strings(schema);
    case 'integer':
      return fc.integer(bounds(schema));
    case 'number':
      return fc.double({ ...bounds(schema), noNaN: true, noDefaultInfinity: true });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}

/** One of its parts, wherever it lies, is something else, is lacking, or is there twice as much. */
export function nearly(schema: Schema, schemas: Schemas): fc.Arbitrary<unknown> {
  return fc
    .tuple(fitting(schema, schemas), fc.nat(), wrong)
    .map(([value, where, other]) => spoil(value, where, other));
}

function named(ref: string, schemas: Schemas): Schema {
  const schema = schemas[ref.replace('#/components/schemas/', '')];
  if (!schema) throw new Error(`the description names ${ref}, and has none`);
  return schema;
}

function objects(schema: Schema, schemas: Schemas, depth: number): fc.Arbitrary<unknown> {
  const properties = (schema['properties'] ?? {}) as Schemas;
  const required = new Set((schema['required'] ?? []) as string[]);
  const model = Object.entries(properties)
    .filter(([name]) => depth < maxDepth || required.has(name))
    .map(([name, each]) => [name, fitting(each, schemas, depth + 1)] as const);
  const declared = fc.record(Object.fromEntries(model), {
    requiredKeys: model.map(([name]) => name).filter(name => required.has(name)),
  });
  const more = schema['additionalProperties'];
  if (typeof more !== 'object' || more === null || depth >= maxDepth) return declared;
  const others = fc.dictionary(fc.string({ maxLength: 20 }), fitting(more as Schema, schemas, depth + 1), {
    maxKeys: 3,
  });
  return fc.tuple(others, declared).map(([a, b]) => ({ ...a, ...b }));
}

function arrays(schema: Schema, schemas: Schemas, depth: number): fc.Arbitrary<unknown> {
  const tuple = schema['prefixItems'] as Schema[] | undefined;
  if (tuple) return fc.tuple(...tuple.map(each => fitting(each, schemas, depth + 1)));
  const least = Number(schema['minItems'] ?? 0);
  const items = fitting((schema['items'] ?? {}) as Schema, schemas, depth + 1);
  const most = Math.min(Number(schema['maxItems'] ?? Infinity), least + (depth < maxDepth ? 3 : 0));
  return fc.array(items, { minLength: least, maxLength: most });
}

function strings(schema: Schema): fc.Arbitrary<string> {
  const { pattern, minLength, maxLength } = schema as {
    pattern?: string;
    minLength?: number;
    maxLength?: number;
  };
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern));
  const least = minLength ?? 0;
  return fc.string({ minLength: least, maxLength: Math.min(maxLength ?? Infinity, least + 40) });
}

function bounds(schema: Schema): { min: number; max: number } {
  const { minimum, maximum, exclusiveMinimum } = schema as Readonly<Record<string, number | undefined>>;
  const min = Math.max(minimum ?? exclusiveMinimum ?? -(2 ** 31), -(2 ** 31));
  return { min, max: Math.max(min, Math.min(maximum ?? 2 ** 31 - 1, 2 ** 31 - 1)) };
}

/** Counts its parts from the outside, and changes the one that `where` falls on. */
function spoil(value: unknown, where: number, other: unknown): unknown {
  const places = placesOf(value);
  const place = places[where % places.length]!;
  return changed(value, place, where, other);
}

type Place = readonly (string | number)[];

function placesOf(value: unknown, at: Place = []): Place[] {
  if (typeof value !== 'object' || value === null) return [at];
  return [at, ...Object.entries(value).flatMap(([key, each]) => placesOf(each, [...at, key]))];
}

function changed(value: unknown, [key, ...rest]: Place, where: number, other: unknown): unknown {
  if (key === undefined) return other;
  const copy: Record<string, unknown> | unknown[] = Array.isArray(value)
    ? [...(value as unknown[])]
    : { ...(value as Record<string, unknown>) };
  const members = copy as Record<string, unknown>;
  if (rest.length === 0 && where % 3 === 0 && !Array.isArray(copy)) {
    return Object.fromEntries(Object.entries(members).filter(([name]) => name !== key));
  }
  members[key] = changed(members[key], rest, where, other);
  return copy;
}
