import { describe, expect, it } from 'vitest';
import { record } from '../../../server/registry/audit.ts';
import { uuidV7 } from '../../../server/registry/uuid-v7.ts';
import { auditSchema } from '../../../src/core/artifact/registry-api.ts';
import { startServer, type TestServer } from '../support.ts';

const start = Date.parse('2026-05-03T08:00:00Z');
const subjects = ['digits', 'digits@1', 'digits@production', 'digits2', 'digits_2@1'];

/** Deeds one after the other: the first two within a millisecond. */
async function scene() {
  const server = await startServer();
  for (const [index, subject] of subjects.entries()) {
    await record(server.registry.database, new Date(start + Math.max(0, index - 1)), {
      who: index % 2 === 0 ? 'admin-key' : 'registry',
      what: 'model',
      subject,
      detail: `${index}`,
      why: index === 0 ? 'because' : null,
    });
  }
  return server;
}

async function read(server: TestServer, query = '') {
  const { json } = await server.ask('GET', `audit${query}`, { token: server.key });
  return auditSchema.parse(json).entries;
}

describe('the audit', () => {
  it('is read newest first, with the reason that was given', async () => {
    const entries = await read(await scene());
    expect(entries.map(({ detail }) => detail)).toEqual(['4', '3', '2', '1', '0']);
    expect(entries.at(-1)).toMatchObject({
      who: 'admin-key',
      why: 'because',
      at: '2026-05-03T08:00:00.000Z',
    });
  });

  it('finds a model with what is its own, and no other whose name begins alike', async () => {
    const server = await scene();
    const subjectsOf = async (query: string) => (await read(server, query)).map(({ subject }) => subject);
    expect(await subjectsOf('?subject=digits')).toEqual(['digits@production', 'digits@1', 'digits']);
    expect(await subjectsOf('?subject=digits@1')).toEqual(['digits@1']);
    expect(await subjectsOf('?subject=digits&who=registry')).toEqual(['digits@1']);
    expect(await subjectsOf('?subject=%25')).toEqual([]);
  });

  it('goes on from an entry, or from a time, without a gap and without a repetition', async () => {
    const server = await scene();
    const pages: string[] = [];
    for (let before = ''; ;) {
      const page = await read(server, `?limit=2${before}`);
      if (page.length === 0) break;
      pages.push(...page.map(({ detail }) => detail));
      before = `&before=${page.at(-1)!.id}`;
    }
    expect(pages).toEqual(['4', '3', '2', '1', '0']);
    expect(await read(server, '?before=2026-05-03T08:00:00.001Z')).toHaveLength(2);
    expect((await server.ask('GET', 'audit?before=yesterday', { token: server.key })).status).toBe(400);
  });
});

describe('an identifier by time', () => {
  it('has the form of RFC 9562 and the order in which they were made', () => {
    const at = new Date(start);
    const made = [at, at, at, new Date(start + 1)].map(uuidV7);
    for (const id of made)
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(made.toSorted()).toEqual(made);
    expect(Number.parseInt(made[0]!.slice(0, 13).replace('-', ''), 16)).toBe(start);
  });
});
