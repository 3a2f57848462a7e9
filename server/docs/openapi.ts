// The API's description as an OpenAPI 3.1 document: made of the access table, the operations and the schemas that parse requests.
import { type ErrorCode, errorCatalogue } from '../../src/core/errors.ts';
import { aliasNameSchema, modelNameSchema } from '../../src/core/artifact/names.ts';
import { digestSchema } from '../../src/core/artifact/digest.ts';
import { problemSchema } from '../../src/core/artifact/registry-api.ts';
import { z } from '../../src/core/zod.ts';
import { accessTable, type Right } from '../gateway/access.ts';
import type { Content, JsonContent, Operation, OtherContent } from './operation.ts';
import { sections } from './operations.ts';
import { placeOf } from './route-path.ts';

type Json = Readonly<Record<string, unknown>>;

/** What a parameter of a path is like; any other is a short text. */
const pathSchemas: Readonly<Record<string, z.ZodType>> = {
  model: modelNameSchema,
  alias: aliasNameSchema,
  digest: digestSchema,
  revision: z.string().regex(/^[1-9]\d*$/),
};

export interface OpenApi {
  readonly openapi: string;
  readonly info: Json;
  readonly paths: Readonly<Record<string, Readonly<Record<string, OperationObject>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Json>>; readonly securitySchemes: Json };
  readonly [more: string]: unknown;
}

export interface OperationObject extends Json {
  readonly responses: Readonly<Record<string, Json>>;
}

/** @param version of this program */
export function openApi(version: string): OpenApi {
  const paths: Record<string, Record<string, OperationObject>> = {};
  for (const { title, operations } of sections) {
    for (const [line, operation] of Object.entries(operations)) {
      const right = accessTable[line];
      // One that is no route here is described for nobody.
      if (right === undefined) continue;
      const { method, path } = placeOf(line);
      (paths[path] ??= {})[method.toLowerCase()] = operationObject(line, operation, right, title);
    }
  }
  return {
    openapi: '3.1.1',
    jsonSchemaDialect: 'https://json-schema.org/draft/2020-12/schema',
    info: {
      title: 'Haversack',
      version,
      summary: 'Models you carry.',
      description:
        'The registry under `/registry/v1`, the Open Inference Protocol under `/v2`. Errors are problem details (RFC 9457) with the Open Inference Protocol’s `error`.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    tags: sections.map(({ title }) => ({ name: title })),
    paths,
    components: { schemas: components(), securitySchemes: securitySchemes() },
  };
}

function operationObject(line: string, operation: Operation, right: Right, tag: string): OperationObject {
  const { method, path, parameters } = placeOf(line);
  const { summary, about, body } = operation;
  const hasParts = body !== undefined || operation.query !== undefined || parameters.length > 0;
  return {
    operationId: idOf(method, path),
    summary,
    description: [about, rightText(right)].filter(Boolean).join('\n\n'),
    tags: [tag],
    security: right === 'public' ? [] : [{ bearer: [] }],
    ...(right === 'public' ? {} : { 'x-right': right }),
    parameters: [
      ...parameters.map(name => ({
        name,
        in: 'path',
        required: true,
        schema: bare(pathSchemas[name] ?? z.string().min(1)),
      })),
      ...queryParameters(operation),
      ...Object.entries(operation.headers ?? {}).map(([name, description]) => ({
        name,
        in: 'header',
        description,
        schema: { type: 'string' },
      })),
    ],
    ...(body ? { requestBody: requestBody(operation, body) } : {}),
    responses: responses(operation, right, hasParts),
  };
}

function idOf(method: string, path: string): string {
  const words = path.split(/[^A-Za-z0-9]+/).filter(Boolean);
  const end = path.endsWith('/') && path.length > 1 ? 'Root' : '';
  return method.toLowerCase() + words.map(word => word[0]!.toUpperCase() + word.slice(1)).join('') + end;
}

/** What a caller needs, in a sentence. */
export function rightText(right: Right): string {
  if (right === 'public') return 'Needs no key.';
  if (right === 'known') return 'Needs a key or an approved device.';
  const [any, name] = right.startsWith('any ') ? [true, right.slice(4)] : [false, right];
  const open = name === 'read' || name === 'predict' ? '; no key on loopback' : '';
  return any
    ? `Needs the right \`${name}\` on one model at least${open}.`
    : `Needs the right \`${name}\`${open}.`;
}

function queryParameters({ query }: Operation): Json[] {
  if (!query) return [];
  const { properties = {}, required = [] } = bare(query) as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    schema,
  }));
}

function requestBody({ example, alternative }: Operation, body: Content): Json {
  return {
    required: true,
    content: isJson(body)
      ? {
          'application/json': {
            schema: reference(requestName(body)),
            ...(example?.body === undefined ? {} : { example: example.body }),
          },
          ...(alternative ? { [alternative.type]: {} } : {}),
        }
      : { [body.type]: {} },
    ...(isJson(body) ? {} : { description: body.about }),
  };
}

function responses(operation: Operation, right: Right, hasParts: boolean): Record<string, Json> {
  const answers = Object.entries(operation.answers).map(([status, content]): [string, Json] => [
    status,
    response(content, operation.alternative),
  ]);
  const problems = [...byStatus(codesOf(operation, right, hasParts))].map(
    ([status, codes]): [string, Json] => [
      String(status),
      {
        description: codes.map(code => `${code}: ${errorCatalogue[code].title}`).join(' '),
        content: { 'application/problem+json': { schema: reference('Problem') } },
      },
    ],
  );
  return Object.fromEntries([...problems, ...answers]);
}

function response(content: Content | null, alternative: OtherContent | undefined): Json {
  if (content === null) return { description: 'Done, without content' };
  if (!isJson(content)) return { description: content.about, content: { [content.type]: {} } };
  return {
    description: content.name,
    content: {
      'application/json': { schema: reference(content.name) },
      ...(alternative ? { [alternative.type]: {} } : {}),
    },
  };
}

/**
 * Its own, and those that every route has.
 * @param hasParts whether there is anything in the request that can be wrong
 */
function codesOf(operation: Operation, right: Right, hasParts: boolean): ErrorCode[] {
  const common: ErrorCode[] = ['Internal'];
  if (hasParts) common.push('BadRequest');
  if (right !== 'public') common.push('Unauthorized', 'Forbidden');
  if (operation.body) common.push('TooLarge', 'UnsupportedMediaType');
  return [...new Set([...common, ...(operation.errors ?? [])])];
}

function byStatus(codes: readonly ErrorCode[]): Map<number, ErrorCode[]> {
  const groups = new Map<number, ErrorCode[]>();
  for (const code of codes) {
    const { status } = errorCatalogue[code];
    groups.set(status, [...(groups.get(status) ?? []), code]);
  }
  return new Map([...groups].sort(([a], [b]) => a - b));
}

function securitySchemes(): Json {
  return {
    bearer: {
      type: 'http',
      scheme: 'bearer',
      description:
        'The admin key, an access key, a token that a device signed itself, or one of an OpenID Connect issuer that the server knows.',
    },
  };
}

export function isJson(content: Content): content is JsonContent {
  return 'schema' in content;
}

const reference = (name: string): Json => ({ $ref: `#/components/schemas/${name}` });

/** What is sent may leave out what has a default; what is answered has it: two schemas where they differ. */
function requestName({ name }: JsonContent): string {
  return `${name}Request`.replace(/RequestRequest$/, 'Request');
}

function components(): Record<string, Json> {
  const answers = new Map<string, z.ZodType>([['Problem', problemSchema]]);
  const bodies = new Map<string, z.ZodType>();
  for (const { operations } of sections) {
    for (const { answers: all, body } of Object.values(operations)) {
      if (body && isJson(body)) keep(bodies, requestName(body), body.schema);
      for (const answer of Object.values(all)) {
        if (answer && isJson(answer)) keep(answers, answer.name, answer.schema);
      }
    }
  }
  return { ...schemasOf(bodies, 'input'), ...schemasOf(answers, 'output') };
}

/** A name is of one schema only. */
function keep(known: Map<string, z.ZodType>, name: string, schema: z.ZodType): void {
  if (known.has(name) && known.get(name) !== schema) throw new Error(`two schemas are called ${name}`);
  known.set(name, schema);
}

/** Each as a component, and where one is part of another, a reference to it. */
function schemasOf(named: ReadonlyMap<string, z.ZodType>, io: 'input' | 'output'): Record<string, Json> {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of named) {
    // The same schema may have two names; references are by the first.
    if (!registry.has(schema)) registry.add(schema, { id });
  }
  const { schemas } = z.toJSONSchema(registry, {
    ...settings,
    io,
    uri: id => `#/components/schemas/${id}`,
  });
  return Object.fromEntries(
    [...named].map(([name, schema]) => {
      const id = registry.get(schema)!.id;
      return [name, id === name ? withoutIds(schemas[name]!) : reference(id)];
    }),
  );
}

/** One that is no component. */
function bare(schema: z.ZodType): Json {
  return withoutIds(z.toJSONSchema(schema, { ...settings, io: 'input' }));
}

const settings = {
  target: 'draft-2020-12',
  unrepresentable: 'any',
  override: ({
    zodSchema,
    jsonSchema,
  }: {
    zodSchema: z.core.$ZodTypes;
    jsonSchema: z.core.JSONSchema.BaseSchema;
  }) => {
    // A later server may say more: clients must not break of it.
    if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
    // Of a query, where everything is text.
    const { def } = zodSchema._zod;
    if (def.type === 'number' && def.coerce) jsonSchema.type = 'number';
  },
} as const;

function withoutIds({ $schema: _schema, $id: _id, ...rest }: Json): Json {
  return rest;
}
