import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { seed } from '../../../server/registry/seed.ts';
import { verify } from '../../../server/registry/verify.ts';
import type { ModelSummary, VersionDetail } from '../../../src/core/artifact/registry-api.ts';
import { variantSchema } from '../../../src/core/artifact/documents.ts';
import { openDocument } from '../../../src/core/artifact/signature.ts';
import { classifier, manifestOf, push } from '../models.ts';
import { startServer, type TestServer, temporaryFolder } from '../support.ts';

const models = join(process.cwd(), 'demo/models');
const ignore = () => undefined;

async function list(server: TestServer): Promise<ModelSummary[]> {
  return (await server.ask('GET', 'models')).json['models'] as ModelSummary[];
}

describe('seeding', () => {
  it('puts the demo models in with their lineage, variants and artifacts, iris@2 as production', async () => {
    const server = await startServer();
    const steps: string[] = [];
    await seed(server.registry, models, ({ model, version }) => steps.push(`${model}@${version}`));
    expect(steps).toEqual(expect.arrayContaining(['iris@1', 'iris@2']));
    const iris = (await list(server)).find(each => each.model === 'iris')!;
    expect(iris.versions.map(({ version, parent }) => [version, parent?.version])).toEqual([
      [2, 1],
      [1, undefined],
    ]);
    expect(iris.versions.flatMap(each => each.lacks)).toEqual([]);
    expect(iris.versions[0]!.variants.map(each => each.name)).toEqual(['fp32', 'int8']);
    expect(iris.aliases[0]!.signed).toMatchObject({ alias: 'production', version: 2 });
    const detail = await server.ask('GET', 'models/iris/versions/2');
    expect(manifestOf(detail).evaluations.some(each => each.part === 'test')).toBe(true);
    const { publicKey } = server.registry.identity.signer;
    const [int8] = (detail.json as unknown as VersionDetail).variants;
    expect((await openDocument(int8!, variantSchema, publicKey)).variant).toBe('int8');
    expect(await verify({ ...server.registry, publicKey })).toMatchObject({ bad: [] });
  });

  it('changes nothing the second time, and does not move an alias back', async () => {
    const server = await startServer();
    await seed(server.registry, models, ignore);
    await server.ask('PUT', 'models/iris/aliases/production', {
      token: server.key,
      body: { version: 1 },
      headers: { 'if-match': '"2"' },
    });
    const before = await list(server);
    expect(await seed(server.registry, models, ignore)).toEqual([]);
    expect(await list(server)).toEqual(before);
  });

  it('leaves a model alone that somebody else began', async () => {
    const server = await startServer();
    await push(server, 'iris', classifier());
    await seed(server.registry, models, ignore);
    const iris = (await list(server)).find(each => each.model === 'iris')!;
    expect(iris.versions).toHaveLength(1);
  });

  it('seeds nothing from a folder that is not there', async () => {
    const server = await startServer();
    expect(await seed(server.registry, join(temporaryFolder(), 'absent'), ignore)).toEqual([]);
  });
});
