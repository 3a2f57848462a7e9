import { describe, expect, it } from 'vitest';
import { readTraceContext, traceHeaders } from '../../../server/telemetry/trace-context.ts';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const parentId = '00f067aa0ba902b7';
const parent = `00-${traceId}-${parentId}-01`;

describe('the trace context', () => {
  it('goes on with the trace it is in, by a span of its own', () => {
    const trace = readTraceContext(parent, 'rojo=00f067aa0ba902b7,congo=t61rcWkgMzE');
    expect(trace).toMatchObject({ traceId, parentId, flags: '01' });
    expect(trace.spanId).toMatch(/^[0-9a-f]{16}$/);
    expect(trace.spanId).not.toBe(parentId);
    expect(traceHeaders(trace)).toEqual({
      traceparent: `00-${traceId}-${trace.spanId}-01`,
      tracestate: 'rojo=00f067aa0ba902b7,congo=t61rcWkgMzE',
    });
  });

  it('begins a trace where there is none, and claims no sampling', () => {
    const [one, other] = [readTraceContext(undefined, undefined), readTraceContext(undefined, undefined)];
    expect(one).toMatchObject({ parentId: null, flags: '00', state: null });
    expect(one.traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(one.traceId).not.toBe(other.traceId);
  });

  it.each([
    ['upper case', parent.toUpperCase()],
    ['a trace of zeros', `00-${'0'.repeat(32)}-${parentId}-01`],
    ['a span of zeros', `00-${traceId}-${'0'.repeat(16)}-01`],
    ['version ff', `ff-${traceId}-${parentId}-01`],
    ['more than version 00 has', `${parent}-09`],
    ['too short a trace', `00-${traceId.slice(1)}-${parentId}-01`],
    ['no text', 'nonsense'],
  ])('begins anew where the header has %s, and drops the state with it', (_what, header) => {
    const trace = readTraceContext(header, 'rojo=1');
    expect(trace).toMatchObject({ parentId: null, state: null });
    expect(trace.traceId).not.toBe(traceId);
  });

  it('reads what it knows of a later version', () => {
    expect(readTraceContext(`01-${traceId}-${parentId}-03-what-follows`, undefined)).toMatchObject({
      traceId,
      parentId,
      flags: '03',
    });
  });

  it('joins several state headers, and drops what is too long, too many or no visible text', () => {
    expect(readTraceContext(parent, ['a=1', 'b=2']).state).toBe('a=1,b=2');
    expect(readTraceContext(parent, `a=${'x'.repeat(511)}`).state).toBeNull();
    expect(
      readTraceContext(
        parent,
        Array.from({ length: 33 }, (_, i) => `k${i}=1`),
      ).state,
    ).toBeNull();
    expect(readTraceContext(parent, 'a=1\u0007').state).toBeNull();
    expect(readTraceContext(parent, ' , ').state).toBeNull();
  });
});
