import { describe, expect, test } from 'vitest';
import { asksDevice, changesNothing, isAnswer, isTwinPath, policyFor } from '../../../src/sw/twin/choose.ts';

const json = 'application/json; charset=utf-8';
const problem = 'application/problem+json';

describe('the policy of a request', () => {
  test.each([
    ['remote-first', null, 'remote-first'],
    ['remote-first', 'local-first', 'local-first'],
    ['remote-first', 'local-only', 'local-only'],
    ['local-first', 'remote-first', 'remote-first'],
    ['local-first', 'LOCAL-ONLY', 'local-first'],
    ['local-first', 'fastest', 'local-first'],
    // The owner's promise that nothing leaves: no caller takes it back.
    ['local-only', 'remote-first', 'local-only'],
    ['local-only', 'local-first', 'local-only'],
  ] as const)('device %s, header %s: %s', (device, header, holds) => {
    expect(policyFor(device, header)).toBe(holds);
  });
});

describe('an answer of the server', () => {
  test.each([200, 204, 400, 401, 403, 409, 413, 415, 499, 500])('of %d stands', status => {
    expect(asksDevice({ status, contentType: json })).toBe('no');
  });

  test.each([502, 503, 504])('of %d, whoever says it, has the device asked', status => {
    expect(asksDevice({ status, contentType: problem })).toBe('yes');
    expect(asksDevice({ status, contentType: 'text/html' })).toBe('yes');
    expect(asksDevice({ status, contentType: null })).toBe('yes');
  });

  test('of 429 has the device asked where the server itself offers that', () => {
    expect(asksDevice({ status: 429, contentType: problem })).toBe('if-offered');
  });

  test.each([404, 405, 501])('of %d stands in the protocol’s words, and not in a file host’s', status => {
    expect(asksDevice({ status, contentType: json })).toBe('no');
    expect(asksDevice({ status, contentType: problem })).toBe('no');
    expect(asksDevice({ status, contentType: 'text/html; charset=utf-8' })).toBe('yes');
    expect(asksDevice({ status, contentType: null })).toBe('yes');
  });
});

test('a device’s answer counts unless the model is not here or could not be run', () => {
  expect([200, 400, 413, 415].map(isAnswer)).toEqual([true, true, true, true]);
  expect([404, 499, 500, 503, 504].map(isAnswer)).toEqual([false, false, false, false, false]);
});

test('two are asked at a time only for what changes nothing', () => {
  expect(changesNothing('POST', '/v2/models/iris/infer')).toBe(true);
  expect(changesNothing('POST', '/v2/repository/index')).toBe(true);
  expect(changesNothing('GET', '/v2/models/load')).toBe(true);
  expect(changesNothing('POST', '/v2/repository/models/iris/load')).toBe(false);
  expect(changesNothing('POST', '/v2/repository/models/iris/unload')).toBe(false);
});

test('its paths are the protocol’s and no others', () => {
  const own = ['/v2', '/v2/', '/v2/models/iris/infer', '/v1/models', '/v1/models/iris:predict', '/predict'];
  expect(own.filter(path => !isTwinPath(path))).toEqual([]);
  const others = [
    '/',
    '/v2x',
    '/v1',
    '/v1/chat',
    '/v1/modelsx',
    '/predictions',
    '/registry/v1/models',
    '/docs/v2',
  ];
  expect(others.filter(isTwinPath)).toEqual([]);
});
