import { join } from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Content, type Example, type Operation } from '../../../server/docs/operation.ts';
import { isJson, openApi, type OpenApi } from '../../../server/docs/openapi.ts';
import { sections } from '../../../server/docs/operations.ts';
import { filled, placeOf } from '../../../server/docs/route-path.ts';
import { accessTable } from '../../../server/gateway/access.ts';
import { seed } from '../../../server/registry/seed.ts';
import { problemSchema } from '../../../src/core/artifact/registry-api.ts';
import { type Answer, startServer, type TestServer } from '../support.ts';

const operations = Object.assign({}, ...sections.map(section => section.operations)) as Record<
  string,
  Operation
>;
const document = openApi('0.0.0-test');

function validatorOf({ components }: OpenApi): (name: string) => ValidateFunction {
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
  ajv.addSchema({ $id: 'https://haversack.test/', components });
  return name => ajv.getSchema(`https://haversack.test/#/components/schemas/${name}`)!;
}

describe('the description of the API', () => {
  it('has an operation for every route of the access table, and none for another (server/docs/operations)', () => {
    expect(Object.keys(operations).sort()).toEqual(Object.keys(accessTable).sort());
  });

  it('names every route in its place, once', () => {
    for (const line of Object.keys(accessTable)) {
      const { method, path } = placeOf(line);
      expect(document.paths[path]?.[method.toLowerCase()], line).toBeDefined();
    }
    const ids = Object.values(document.paths).flatMap(item =>
      Object.values(item).map(one => one['operationId']),
    );
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('has the shape that OpenAPI 3.1 wants, with references that lead somewhere', () => {
    expect(document.openapi).toMatch(/^3\.1\.\d+$/);
    expect(document.info).toMatchObject({ title: expect.any(String), version: '0.0.0-test' });
    for (const [path, item] of Object.entries(document.paths)) {
      expect(path).toMatch(/^\//);
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      for (const [method, operation] of Object.entries(item)) {
        expect(['get', 'put', 'post', 'delete', 'patch']).toContain(method);
        const parameters = operation['parameters'] as { name: string; in: string; required?: boolean }[];
        const ofPath = parameters.filter(one => one.in === 'path');
        expect(ofPath.map(({ name }) => name)).toEqual(inPath);
        expect(ofPath.every(({ required }) => required)).toBe(true);
        expect(Object.keys(operation.responses).length).toBeGreaterThan(0);
        for (const [status, response] of Object.entries(operation.responses)) {
          expect(status).toMatch(/^[1-5]\d\d$/);
          expect(response['description']).toEqual(expect.any(String));
        }
      }
    }
    const text = JSON.stringify(document);
    for (const [, name] of text.matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)) {
      expect(document.components.schemas, name).toHaveProperty(name!);
    }
  });

  it('has schemas that are JSON Schema 2020-12', () => {
    const schemaOf = validatorOf(document);
    for (const name of Object.keys(document.components.schemas))
      expect(schemaOf(name), name).toBeTypeOf('function');
  });
});

describe('a server with the demo models', () => {
  let server: TestServer;
  beforeAll(async () => {
    const endings: (() => void | Promise<void>)[] = [];
    server = await startServer({}, end => endings.unshift(end));
    await seed(server.registry, join(import.meta.dirname, '../../../demo/models'), () => undefined);
    return async () => {
      for (const end of endings) await end();
    };
  }, 60_000);

  const examples = Object.entries(operations).filter(
    (entry): entry is [string, Operation & { example: Example }] => entry[1].example !== null,
  );

  // In the order of the description, on one server: what one makes, the next may change.
  it.each(examples)('answers the example of %s as it is described', async (line, operation) => {
    const { example } = operation;
    const { method, path } = placeOf(line);
    const answer = await server.ask(method, `${filled(path, example.path ?? {})}${example.query ?? ''}`, {
      token: server.key,
      headers: {
        ...example.headers,
        ...(example.body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(example.body === undefined ? {} : { body: example.body as object }),
    });
    expect({ status: answer.status, detail: answer.json['detail'] }).toEqual({
      status: example.status,
      detail: example.status >= 400 ? expect.any(String) : answer.json['detail'],
    });
    expect(document.paths[path]![method.toLowerCase()]!.responses, line).toHaveProperty(
      String(answer.status),
    );
    assertContent(answer, operation.answers[answer.status]);
  });

  const schemaOf = validatorOf(document);

  function assertContent(answer: Answer, content: Content | null | undefined): void {
    if (content === null) {
      expect(answer.bytes).toHaveLength(0);
    } else if (content === undefined) {
      // An error.
      expect(answer.headers['content-type']).toMatch(/^application\/problem\+json\b/);
      assertJson('Problem', problemSchema.parse(answer.json), answer.json);
    } else if (isJson(content)) {
      expect(answer.headers['content-type']).toMatch(/^application\/json/);
      // Nothing that is not described: what the schema does not know, parsing leaves out.
      assertJson(content.name, content.schema.parse(answer.json), answer.json);
    } else {
      expect(String(answer.headers['content-type']).split(';')[0]).toBe(content.type);
    }
  }

  function assertJson(name: string, known: unknown, answered: unknown): void {
    const validate = schemaOf(name);
    validate(answered);
    expect(validate.errors, name).toBeNull();
    expect(known).toEqual(answered);
  }
});

describe('the page of it', () => {
  it('shows every operation, with a command, links errors and metrics, and keeps the content policy', async () => {
    const server = await startServer();
    const html = (
      await server.ask('GET', '/docs', { address: '192.168.1.7', headers: { host: 'localhost' } })
    ).bytes.toString();
    for (const [path, item] of Object.entries(document.paths)) {
      for (const operation of Object.values(item)) {
        expect(html, path).toContain(`id="${String(operation['operationId'])}"`);
      }
    }
    expect(html).toContain('curl -X POST &quot;$HAVERSACK_URL/v2/models/iris/infer&quot;');
    for (const href of ['/docs/errors', '/docs/metrics', '/docs/openapi.json'])
      expect(html).toContain(`href="${href}"`);
    expect(html).not.toMatch(/<script|<style|\sstyle=|\son\w+=/);
    const anchors = [...html.matchAll(/href="#([\w-]+)"/g)].map(([, id]) => id!);
    for (const id of anchors) expect(html, id).toContain(`id="${id}"`);
    for (const [, code] of html.matchAll(/href="\/docs\/errors#(\w+)"/g)) {
      expect((await server.ask('GET', '/docs/errors')).bytes.toString()).toContain(`id="${code!}"`);
      break;
    }
  });

  it('finds by words, says when there is nothing, and writes what was searched for as text', async () => {
    const server = await startServer();
    const search = async (q: string) =>
      (await server.ask('GET', `/docs?q=${encodeURIComponent(q)}`)).bytes.toString();
    const found = await search('DELETE alias');
    expect(found).toContain('id="deleteRegistryV1ModelsModelAliasesAlias"');
    expect(found).not.toContain('id="postV2ModelsModelInfer"');
    expect(await search('nothing like that')).toContain('Nothing found');
    expect(await search('<script>alert(1)</script>')).not.toContain('<script>');
  });
});
