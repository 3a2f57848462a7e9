import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { metricsMarkdown } from '../../../server/docs/metrics.ts';
import { metricList } from '../../../server/telemetry/metric-list.ts';
import type { SeriesSpec } from '../../../server/telemetry/series.ts';
import { classifier, push } from '../models.ts';
import { startServer, type TestServer } from '../support.ts';

const specs: readonly SeriesSpec[] = Object.values<SeriesSpec>(metricList);

interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** The text format 0.0.4: `# HELP`, `# TYPE`, and samples. Anything else is an error. */
function parse(text: string) {
  const types = new Map<string, string>();
  const samples: Sample[] = [];
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('# HELP ')) continue;
    const type = /^# TYPE (\S+) (counter|gauge|histogram|summary)$/.exec(line);
    if (type) {
      types.set(type[1]!, type[2]!);
      continue;
    }
    const sample = /^([a-z_][a-z0-9_]*)(?:\{(.*)\})? (\S+)$/i.exec(line);
    if (!sample) throw new Error(`no sample: ${line}`);
    const labels = [...(sample[2] ?? '').matchAll(/([a-z_]+)="((?:[^"\\]|\\.)*)"/g)];
    samples.push({
      name: sample[1]!,
      labels: Object.fromEntries(labels.map(([, name, value]) => [name!, value!])),
      value: sample[3] === '+Inf' ? Infinity : Number(sample[3]),
    });
  }
  return { types, samples };
}

async function scrape(server: TestServer) {
  const answer = await server.ask('GET', '/metrics', { token: server.key });
  expect(answer.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
  return parse(answer.bytes.toString());
}

describe('/metrics', () => {
  it('has the names, types and labels that the page in the repository has (else: npm run docs:metrics, and tell it in the changelog)', async () => {
    expect(readFileSync('docs/metrics.md', 'utf8')).toBe(metricsMarkdown());
    const { telemetry, ...server } = await startServer();
    for (const { spec, of } of Object.values(telemetry.families).map(family => ({
      spec: family.spec,
      of: family.of.bind(family),
    }))) {
      of(...spec.labels.map(label => `some-${label}`));
    }
    const { types, samples } = await scrape({ telemetry, ...server });
    for (const { name, type, labels } of specs) {
      expect(types.get(name), name).toBe(type);
      const own = samples.find(sample => sample.name === (type === 'histogram' ? `${name}_count` : name));
      expect(Object.keys(own?.labels ?? {}).sort(), name).toEqual([...labels].sort());
    }
    const ours = [...types.keys()].filter(name => name.startsWith('haversack_'));
    expect(ours.sort()).toEqual(specs.map(({ name }) => name).sort());
  });

  it('follows Prometheus’ naming: a prefix, a unit, _total for what is counted', () => {
    for (const { name, type, bounds, labels, help } of specs) {
      expect(name).toMatch(/^haversack_[a-z_]+$/);
      expect(name.endsWith('_total'), name).toBe(type === 'counter');
      if (/duration|latency/.test(name)) expect(name).toMatch(/_seconds$/);
      expect(help).not.toMatch(/\.$/);
      expect(new Set(labels).size).toBe(labels.length);
      expect(bounds === undefined).toBe(type !== 'histogram');
      expect([...(bounds ?? [])].sort((a, b) => a - b)).toEqual(bounds ?? []);
    }
  });

  it('has histograms whose buckets grow and end with the count', async () => {
    const server = await startServer();
    for (const seconds of [0.00005, 0.0001, 0.2, 100])
      server.telemetry.meter.request('m', '1', 'ok', seconds);
    const { samples } = await scrape(server);
    const name = metricList.latency.name;
    const buckets = samples.filter(sample => sample.name === `${name}_bucket`);
    const counts = buckets.map(({ value }) => value);
    expect(counts).toEqual([...counts].sort((a, b) => a - b));
    const under = (le: string) => buckets.find(({ labels }) => labels['le'] === le)!.value;
    expect([under('0.0001'), under('0.2'), under('30'), under('+Inf')]).toEqual([2, 3, 3, 4]);
    const count = samples.find(sample => sample.name === `${name}_count`)!;
    expect(count).toMatchObject({ value: 4, labels: { model: 'm', version: '1', outcome: 'ok' } });
  });

  it('counts HTTP requests by their route’s pattern, and strangers’ addresses as one', async () => {
    const server = await startServer();
    for (const path of ['/registry/v1/models/a', '/registry/v1/models/b', '/wp-login.php', '/x/y/z']) {
      await server.ask('GET', path, { token: server.key });
    }
    // An answer is counted once it is out: asked until it is.
    let http: Sample[] = [];
    while (http.length < 2) {
      const { samples } = await scrape(server);
      http = samples.filter(
        ({ name, labels }) => name === metricList.http.name && labels['status'] === '404',
      );
    }
    expect(http.map(({ labels, value }) => [labels['route'], value]).sort()).toEqual([
      ['(none)', 2],
      ['/registry/v1/models/:model', 2],
    ]);
  });

  it('is told by the Model Server: requests, runs, loads, sessions', async () => {
    const server = await startServer();
    await push(server, 'sides', classifier());
    const answer = await server.ask('POST', '/v2/models/sides/infer', {
      headers: { 'content-type': 'application/json' },
      body: { inputs: [{ name: 'x', datatype: 'FP32', shape: [3, 2], data: [1, 0, 0, 1, 1, 1] }] },
    });
    expect(answer.status).toBe(200);
    const { samples } = await scrape(server);
    const value = (name: string, labels: object) =>
      samples.find(
        sample =>
          sample.name === name &&
          Object.entries(labels).every(([label, wanted]) => sample.labels[label] === wanted),
      )?.value;
    const version = { model: 'sides', version: '1' };
    expect(value(metricList.requests.name, { ...version, outcome: 'ok' })).toBe(1);
    expect(value(`${metricList.latency.name}_count`, { ...version, outcome: 'ok' })).toBe(1);
    expect(value(`${metricList.batchRows.name}_sum`, version)).toBe(3);
    expect(value(metricList.loads.name, { ...version, outcome: 'ready' })).toBe(1);
    expect(value(metricList.sessions.name, {})).toBe(1);
    expect(value(metricList.sessionBytes.name, {})).toBeGreaterThan(0);
  });

  it('is for who may read everything', async () => {
    const server = await startServer({ host: '0.0.0.0' });
    const elsewhere = { address: '192.168.1.7' };
    expect((await server.ask('GET', '/metrics', elsewhere)).status).toBe(401);
    expect((await server.ask('GET', '/metrics', { ...elsewhere, token: server.key })).status).toBe(200);
    expect((await server.ask('GET', '/metrics')).status).toBe(200);
    expect((await server.ask('GET', '/registry/v1/live')).status).toBe(401);
    expect((await server.ask('GET', '/registry/v1/live', { token: server.key })).status).toBe(200);
  });
});
