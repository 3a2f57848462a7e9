import { describe, expect, it } from 'vitest';
import { CountingMeter, maxVersions, unknownLabel } from '../../../server/telemetry/counting-meter.ts';
import { createFamilies } from '../../../server/telemetry/metric-list.ts';

function start() {
  const families = createFamilies();
  return { families, meter: new CountingMeter(families) };
}

describe('the counting meter', () => {
  it('counts answers by model, version and outcome, with their times', () => {
    const { families, meter } = start();
    meter.request('iris', '3', 'ok', 0.0012);
    meter.request('iris', '3', 'ok', 0.5);
    meter.request('iris', '3', 'InputInvalid', 0.001);
    expect(families.requests.of('iris', '3', 'ok').value).toBe(2);
    expect(families.requests.of('iris', '3', 'InputInvalid').value).toBe(1);
    const { sum, count, buckets, bounds } = families.latency.of('iris', '3', 'ok');
    expect({ sum, count }).toEqual({ sum: 0.5012, count: 2 });
    // A bound belongs to the bucket below it (`le`).
    expect(buckets[bounds.indexOf(0.0015)]).toBe(1);
    expect(buckets[bounds.indexOf(0.5)]).toBe(1);
  });

  it('makes no label of a model that nobody has, whatever it is called', () => {
    const { families, meter } = start();
    for (let i = 0; i < 1000; i++) {
      meter.request(`made-up-${i}`, '1', 'NotFound', 0.001);
      meter.shed(`made-up-${i}`, 'TooManyRequests');
      meter.queue(`made-up-${i}`, 1);
      meter.cache(`made-up-${i}`, 'miss');
    }
    for (const family of [families.requests, families.shed, families.queue, families.cache]) {
      expect([...family.all()].map(({ labels }) => labels['model'])).toEqual([unknownLabel]);
    }
    expect(families.requests.of(unknownLabel, unknownLabel, 'NotFound').value).toBe(1000);
  });

  it('knows a model once it was loaded, and not those of its versions that were only asked for', () => {
    const { families, meter } = start();
    meter.load('iris', '3', 'failed');
    meter.request('iris', '3', 'RuntimeFailed', 0.1);
    meter.request('iris', '99', 'NotFound', 0.1);
    expect(families.requests.of('iris', '3', 'RuntimeFailed').value).toBe(1);
    expect(families.requests.of('iris', unknownLabel, 'NotFound').value).toBe(1);
  });

  it('keeps so many versions, and lets go of those that were silent for longest', () => {
    const { families, meter } = start();
    meter.request('first', '1', 'ok', 0.1);
    meter.queue('first', 3);
    for (let version = 1; version < maxVersions; version++) meter.request('m', String(version), 'ok', 0.1);
    expect([...families.requests.all()]).toHaveLength(maxVersions);
    meter.request('first', '1', 'ok', 0.1);
    meter.request('m', 'one-more', 'ok', 0.1);
    const versions = [...families.requests.all()].map(
      ({ labels }) => `${labels['model']}@${labels['version']}`,
    );
    expect(versions).toHaveLength(maxVersions);
    expect(versions).toContain('first@1');
    expect(versions).not.toContain('m@1');
    expect(families.queue.of('first').value).toBe(3);
    // Heard of again, it begins anew.
    meter.request('m', '1', 'ok', 0.1);
    expect(families.requests.of('m', '1', 'ok').value).toBe(1);
  });

  it('lets go of a model with its last version', () => {
    const { families, meter } = start();
    meter.batch('old', '1', 2, 2, 0.1);
    meter.queue('old', 5);
    for (let version = 0; version < maxVersions; version++) meter.batch('m', String(version), 1, 1, 0.1);
    expect([...families.queue.all()]).toEqual([]);
    expect([...families.runs.all()].some(({ labels }) => labels['model'] === 'old')).toBe(false);
  });

  it('forgets an upstream that was removed', () => {
    const { families, meter } = start();
    meter.upstream('a', { healthy: true, outstanding: 2 });
    meter.upstream('b', { healthy: false, outstanding: 0 });
    meter.tried('a', 'ok', 0.1);
    meter.upstream('a', null);
    expect(
      [...families.upstreamHealthy.all()].map(({ labels, child }) => [labels['upstream'], child.value]),
    ).toEqual([['b', 0]]);
    expect([...families.upstreamTries.all(), ...families.upstreamLatency.all()]).toEqual([]);
  });
});
