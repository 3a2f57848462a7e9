// A registry with a history: a model whose versions forked, aliases under rollout, a dozen devices that reported what they
// run. Made of real requests to a real server, in this process; no page takes part in it.
import { join } from 'node:path';
import type { Evaluation, Report } from '../../../src/core/artifact/documents.ts';
import { signDocument } from '../../../src/core/artifact/signature.ts';
import { wilsonInterval } from '../../../src/core/evaluate/interval.ts';
import {
  audienceOf,
  commitBytes,
  enrolDevice,
  startServer,
  type TestDevice,
  type TestServer,
} from '../../server/support.ts';
import { freePort } from './server.ts';

export const fleetModel = 'leaves';
const appFolder = join(import.meta.dirname, '..', '..', '..', 'dist', 'app');

export interface Fleet {
  readonly server: TestServer;
  readonly url: string;
  /** Approved, by name; `field 1` to `field 12`. */
  readonly devices: ReadonlyMap<string, TestDevice>;
  /** As the device itself sends it. */
  report(name: string, change: Partial<Report>): Promise<void>;
  /** Does something as the admin; the answer's body. */
  admin(method: string, path: string, body?: object, headers?: Record<string, string>): Promise<unknown>;
}

/** @param atEnd where the server is closed: `afterAll` */
export async function startFleet(atEnd: (clean: () => void | Promise<void>) => void): Promise<Fleet> {
  const server = await startServer({ appFolder }, atEnd);
  const port = await freePort();
  await server.app.listen({ port, host: '127.0.0.1' });

  async function admin(method: string, path: string, body?: object, headers?: Record<string, string>) {
    const answer = await server.ask(method, path, {
      token: server.key,
      ...(body ? { body } : {}),
      ...(headers ? { headers } : {}),
    });
    if (answer.status >= 400) throw new Error(`${method} ${path}: ${answer.bytes.toString()}`);
    return answer.json;
  }

  const devices = new Map<string, TestDevice>();
  async function report(name: string, change: Partial<Report>): Promise<void> {
    const device = devices.get(name);
    if (!device) throw new Error(`no device ${name}`);
    const body = await signDocument(reportOf(device, change), device);
    const token = await device.token(audienceOf(server));
    const answer = await server.ask('POST', 'reports', { token, body });
    if (answer.status >= 400) throw new Error(answer.bytes.toString());
  }

  for (let n = 1; n <= 12; n += 1) {
    const role = n === 1 ? 'trainer' : 'device';
    const device = await enrolDevice(server, role, `field ${n}`);
    devices.set(`field ${n}`, device);
    const groups = n <= 4 ? ['north'] : n <= 8 ? ['south', 'phones'] : [];
    await admin('PATCH', `devices/${device.keyId}`, { status: 'approved', role, groups });
  }
  await makeVersions(server, devices.get('field 1')!.keyId);
  await admin('PATCH', `models/${fleetModel}`, { card, tags: ['plants', 'demo'] }, { 'if-match': '*' });
  return { server, url: `http://localhost:${port}`, devices, report, admin };
}

const labels = ['ash', 'elm', 'oak'];

/** 1 ← 2 ← 3; 4 and 5 both of 2, by a device, one good at oaks and one at ashes; 6 of 4, with another graph. */
async function makeVersions(server: TestServer, device: string): Promise<void> {
  const digests: string[] = [];
  const make = async (of: number | null, right: readonly number[], over: object = {}): Promise<void> => {
    const parent = of === null ? null : { version: of, digest: digests[of - 1]! };
    const draft = { parent, labels, evaluations: [judged(right)], ...over };
    const { digest } = await commitBytes(server, fleetModel, `weights ${digests.length}`, { draft });
    digests.push(digest);
  };
  await make(null, [103, 104, 103], { note: 'As it came from the herbarium.' });
  await make(1, [109, 108, 108]);
  await make(2, [108, 112, 108], { note: 'All weights, ten epochs.' });
  const taught = { device, recipe: { kind: 'fine-tune', epochs: 3, scope: 'head' } };
  await make(2, [96, 113, 119], { ...taught, note: 'Taught in the north.' });
  await make(2, [119, 110, 95], { ...taught, note: 'Taught in the south.' });
  await make(4, [114, 113, 113], { architecture: '1'.repeat(64), note: 'A wider head.' });
}

/** @param right of 120 rows of each label; the others were taken for the next one */
function judged(right: readonly number[]): Evaluation {
  const rows = 120;
  const hits = right.reduce((sum, one) => sum + one, 0);
  const n = rows * right.length;
  return {
    part: 'test',
    origin: 'parent',
    dataset: 'd'.repeat(64),
    n,
    metrics: { accuracy: hits / n },
    interval: { metric: 'accuracy', level: 0.95, ...wilsonInterval(hits, n), method: 'wilson' },
    confusion: right.map((one, label) =>
      right.map((_, answer) => (answer === label ? one : answer === (label + 1) % 3 ? rows - one : 0)),
    ),
  };
}

function reportOf(device: TestDevice, change: Partial<Report>): Report {
  return {
    type: 'report',
    formatVersion: 1,
    device: device.keyId,
    createdAt: new Date().toISOString(),
    app: 'haversack',
    active: [],
    update: null,
    storage: { usageBytes: 7_800_000, quotaBytes: 900_000_000 },
    ...change,
  };
}

/** What a report says of a device that runs a version. */
export const running = (version: number): Report['active'] => [
  { model: fleetModel, version, variant: 'int8', provider: 'wasm' },
];

export function update(from: number, to: number, problem: string | null): NonNullable<Report['update']> {
  return { model: fleetModel, from, to, outcome: problem === null ? 'swapped' : 'rolled-back', problem };
}

const card = `# Leaves

Tells **twelve trees** of a wood by a photograph of *one* leaf.

## Where it fails

- on wet leaves
- on oaks younger than a year

| wood | right |
|------|------:|
| north | 92 % |
| south | 88 % |

Made from [the herbarium](https://example.org/herbarium). <img src=x onerror=alert(1)>
`;
