import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answering, fakeEngine } from '../upstream/fake-engine.ts';
import { haversack, startedServer } from './captured.ts';

let server: Awaited<ReturnType<typeof startedServer>>;
const run = (...args: string[]) =>
  haversack(server.folder, ['upstream', ...args], { env: { HAVERSACK_URL: server.url } });

beforeAll(async () => {
  server = await startedServer();
});
afterAll(() => server.close());

async function predicted(): Promise<number> {
  const body = { inputs: [{ name: 'x', shape: [1, 1], datatype: 'FP32', data: [1] }] };
  const answer = await fetch(`${server.url}/v2/models/far/infer`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return answer.status;
}

describe('haversack upstream', () => {
  it('adds, lists, weighs, drains, resumes and removes one while the server runs', async () => {
    const engine = await fakeEngine(answering(1));
    const added = await run('add', 'far', `${engine.url}/`, '--weight', '3', '--json');
    expect(added.err).toBe('');
    expect(JSON.parse(added.out)).toMatchObject({
      model: 'far',
      url: engine.url,
      weight: 3,
      live: { health: 'up' },
    });
    expect(await predicted()).toBe(200);

    const list = await run('list', 'far');
    expect(list.out).toContain(engine.url);
    expect(list.out).toMatch(/MODEL +URL +WEIGHT/);

    expect((await run('weight', 'far', engine.url, '0')).out).toContain('has weight 0');
    expect((await run('drain', 'far', `${engine.url}/`, '--why', 'upkeep')).out).toContain('0 under way');
    expect(await predicted()).toBe(503);
    expect((await run('resume', 'far', engine.url)).out).toContain('is used again. It is well.');
    expect(await predicted()).toBe(200);
    expect((await run('remove', 'far', engine.url)).code).toBe(0);
    expect(await predicted()).toBe(404);
    expect((await run('list')).out).toBe('No upstreams.\n');
  });

  it('tells that one is not well when it is added, and keeps it', async () => {
    const gone = await fakeEngine(answering(1));
    await gone.crash();
    const added = await run('add', 'ill', gone.url);
    expect(added.out).toContain('It is not well: ');
    expect(added.out).toContain('ECONNREFUSED');
    expect(added.code).toBe(0);
    await run('remove', 'ill', gone.url);
  });

  it('asks which one where a URL is there twice, and takes the id', async () => {
    const engine = await fakeEngine(answering(1));
    const versions = ['1', '2'];
    for (const version of versions) await run('add', 'twice', engine.url, '--upstream-version', version);
    const unclear = await run('drain', 'twice', engine.url);
    expect([unclear.code, unclear.err]).toEqual([2, expect.stringContaining('2 times')]);
    const [first] = JSON.parse((await run('list', 'twice', '--json')).out) as { id: string }[];
    expect((await run('drain', 'twice', first!.id)).code).toBe(0);
  });

  it('says what is wrong in three lines', async () => {
    const notThere = await run('drain', 'far', 'http://127.0.0.1:1');
    expect([notThere.code, notThere.err.trimEnd().split('\n')]).toEqual([1, expect.any(Array)]);
    expect(notThere.err).toContain('far has no upstream');
    expect(await run('add', 'far', 'ftp://engine')).toMatchObject({ code: 1 });
    expect(await run('add', 'far', 'http://127.0.0.1:1', '--weight', '-1')).toMatchObject({ code: 2 });
    expect(await run('add', 'far')).toMatchObject({ code: 2 });
  });
});
