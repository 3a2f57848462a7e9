// The API as it describes itself, asked for all that it says may be sent, and for nearly that. The long form, and Schemathesis
// beside it: `npm run fuzz:api`.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { expectNoFault, fuzzedServer, presentFor } from './fuzzed-server.ts';
import { fuzzInputs, fuzzSeed } from './fuzzing.ts';
import { fitting, nearly } from './schema-arbitrary.ts';

type Schema = Readonly<Record<string, unknown>>;

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly schema: Schema;
}

interface Described {
  readonly paths: Readonly<
    Record<
      string,
      Readonly<
        Record<
          string,
          {
            readonly parameters?: readonly Parameter[];
            readonly requestBody?: {
              readonly content: Readonly<Record<string, { readonly schema?: Schema }>>;
            };
            readonly responses: Readonly<Record<string, unknown>>;
          }
        >
      >
    >
  >;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

/** A stream has no end; an engine that is not there, and a model that was unloaded, are answered with 502 and 503, rightly. */
const leftOut = /\/events$|\/unload$|\/upstreams/;

/** One request: an operation, what stands in its path, its query, its body. */
function requests({ paths, components: { schemas } }: Described): fc.Arbitrary<Asked> {
  const operations = Object.entries(paths)
    .filter(([path]) => !leftOut.test(path))
    .flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        path,
        method: method.toUpperCase(),
        operation,
      })),
    );
  return fc.oneof(
    ...operations.map(({ path, method, operation }) => {
      const parameters = operation.parameters ?? [];
      const either = (schema: Schema) => fc.oneof(fitting(schema, schemas), nearly(schema, schemas));
      const placed = (place: Parameter['in']) =>
        fc.record(
          Object.fromEntries(
            parameters.filter(each => each.in === place).map(({ name, schema }) => [name, either(schema)]),
          ),
          { requiredKeys: [] },
        );
      const json = operation.requestBody?.content['application/json']?.schema;
      return fc.record({
        method: fc.constant(method),
        path: fc.constant(path),
        answers: fc.constant(Object.keys(operation.responses)),
        inPath: placed('path'),
        query: placed('query'),
        body: json ? fc.option(either(json), { nil: undefined }) : fc.constant(undefined),
      });
    }),
  );
}

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly answers: readonly string[];
  readonly inPath: Readonly<Record<string, unknown>>;
  readonly query: Readonly<Record<string, unknown>>;
  readonly body: unknown;
}

/** What the generator gave a place in the path, or, where it gave none, what is there. */
function addressOf({ path, inPath, query }: Asked): string {
  const text = (value: unknown) =>
    encodeURIComponent(typeof value === 'string' ? value : JSON.stringify(value)) || 'x';
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    inPath[name] === undefined ? presentFor(name) : text(inPath[name]),
  );
  const given = Object.entries(query).map(([name, value]) => `${encodeURIComponent(name)}=${text(value)}`);
  return filled + (given.length > 0 ? `?${given.join('&')}` : '');
}

it(
  'answers what it describes as it describes it, and what is nearly that without a fault',
  async () => {
    const server = await fuzzedServer();
    const document = await server.ask({ method: 'GET', path: '/docs/openapi.json', headers: {} });
    const described = JSON.parse(document.text) as Described;
    await fc.assert(
      fc.asyncProperty(requests(described), async asked => {
        const { method, answers, body } = asked;
        const path = addressOf(asked);
        const answer = await server.ask({
          method,
          path,
          headers: body === undefined ? {} : { 'content-type': 'application/json' },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        });
        expectNoFault(answer, `${method} ${path}`);
        expect(answers, `${method} ${path}: ${answer.status} ${answer.text.slice(0, 200)}`).toContain(
          String(answer.status),
        );
      }),
      { seed: fuzzSeed, numRuns: fuzzInputs(500) },
    );
  },
  60_000 + fuzzInputs(500) * 200,
);
