import { describe, expect, it } from 'vitest';
import { CountingMeter } from '../../../server/telemetry/counting-meter.ts';
import { LiveWindow } from '../../../server/telemetry/live-window.ts';
import { createFamilies } from '../../../server/telemetry/metric-list.ts';
import { quantileOf } from '../../../server/telemetry/quantile.ts';
import { liveSchema, liveSeconds } from '../../../src/core/artifact/live-api.ts';

function start() {
  const families = createFamilies();
  const meter = new CountingMeter(families);
  let ms = 0;
  const window = new LiveWindow({ families, now: () => new Date(0), clockMs: () => ms });
  const pass = (seconds = 1) => {
    ms += seconds * 1000;
    window.tick();
  };
  return { meter, window, pass };
}

describe('the live window', () => {
  it('says of an idle server that nothing happened', () => {
    const { window, pass } = start();
    pass();
    const live = liveSchema.parse({ ...window.read(), limited: [] });
    expect(live.total).toEqual({
      now: { requestsPerSecond: 0, errorsPerSecond: 0, p50Ms: null, p95Ms: null },
      requests: [0],
      errors: [0],
      p50Ms: [null],
      p95Ms: [null],
    });
    expect(live.models).toEqual([]);
  });

  it('tells seconds apart, errors from answers, and models from each other', () => {
    const { meter, window, pass } = start();
    for (let i = 0; i < 20; i++) meter.request('iris', '3', 'ok', 0.0014);
    meter.request('iris', '3', 'InputInvalid', 0.0014);
    meter.shed('iris', 'Overloaded');
    pass();
    meter.request('digits', '1', 'ok', 0.2);
    pass();
    const { total, models } = liveSchema.parse({ ...window.read(), limited: [] });
    expect(total.requests).toEqual([21, 1]);
    expect(total.errors).toEqual([1, 0]);
    expect(total.now).toMatchObject({ requestsPerSecond: 11, errorsPerSecond: 0.5 });
    expect(total.p50Ms[0]).toBeGreaterThan(1);
    expect(total.p50Ms[0]).toBeLessThanOrEqual(1.5);
    expect(total.p95Ms[1]).toBeGreaterThan(150);
    expect(models.map(({ model, requests, shedPerSecond }) => [model, requests, shedPerSecond])).toEqual([
      ['iris', [21, 0], 0.5],
      ['digits', [0, 1], 0],
    ]);
  });

  it('makes rates of a second that took longer', () => {
    const { meter, window, pass } = start();
    for (let i = 0; i < 30; i++) meter.request('iris', '3', 'ok', 0.001);
    pass(3);
    expect(window.read().total.requests).toEqual([10]);
  });

  it('knows runs, the cache and what waits', () => {
    const { meter, window, pass } = start();
    meter.batch('iris', '3', 8, 8, 0.001);
    meter.batch('iris', '3', 4, 16, 0.001);
    meter.cache('iris', 'hit');
    meter.cache('iris', 'shared');
    meter.cache('iris', 'miss');
    meter.cache('iris', 'miss');
    meter.queue('iris', 5);
    meter.sessions(2, 4096);
    pass();
    const { models, sessions } = window.read();
    expect(models[0]).toMatchObject({ model: 'iris', requestsPerRun: 6, cacheHits: 0.5, queue: 5 });
    expect(sessions).toEqual({ open: 2, bytes: 4096 });
  });

  it('leaves out models that somebody made up, and counts them in the total', () => {
    const { meter, window, pass } = start();
    meter.request('nothing', '1', 'NotFound', 0.001);
    pass();
    const { models, total } = window.read();
    expect(models).toEqual([]);
    expect(total.errors).toEqual([1]);
  });

  it('looks back so far and no further, and lets go of who was not heard of meanwhile', () => {
    const { meter, window, pass } = start();
    meter.request('iris', '3', 'ok', 0.001);
    for (let i = 0; i < liveSeconds; i++) pass();
    expect(window.read()).toMatchObject({ models: [{ model: 'iris' }] });
    pass();
    const { total, models } = window.read();
    expect(total.requests).toHaveLength(liveSeconds);
    expect(models).toEqual([]);
  });
});

describe('HTTP requests', () => {
  it('are counted with those that were refused and that failed', () => {
    const families = createFamilies();
    let ms = 0;
    const window = new LiveWindow({ families, now: () => new Date(0), clockMs: () => ms });
    families.http.of('GET', '/v2', '200').add(6);
    families.http.of('GET', '(none)', '404').add(3);
    families.http.of('POST', '/predict', '503').add();
    ms = 2000;
    window.tick();
    expect(window.read().http).toEqual({ requestsPerSecond: 5, refusedPerSecond: 1.5, failedPerSecond: 0.5 });
  });
});

describe('a quantile', () => {
  it('is read within its bucket, as Prometheus reads it', () => {
    // histogram_quantile(0.5) of 10 in (1, 2]: half of the way.
    expect(quantileOf([1, 2, 4], [0, 10, 0, 0], 0.5)).toBe(1.5);
    expect(quantileOf([1, 2, 4], [5, 5, 0, 0], 0.5)).toBe(1);
    expect(quantileOf([1, 2, 4], [5, 5, 10, 0], 0.75)).toBe(3);
  });

  it('is the last bound for what is above it, and nothing for nothing', () => {
    expect(quantileOf([1, 2], [0, 0, 3], 0.5)).toBe(2);
    expect(quantileOf([1, 2], [0, 0, 0], 0.5)).toBeNull();
  });
});
