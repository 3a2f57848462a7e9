import { describe, expect, it } from 'vitest';
import { errorCatalogue, errorCodes, HaversackError, toFailure } from '../../src/core/errors.ts';
import { failureSchema } from '../../src/core/failure-schema.ts';

describe('the catalogue of errors', () => {
  it('says for every code what happened, what to do, and an HTTP status', () => {
    for (const code of errorCodes) {
      const { status, title, remedy } = errorCatalogue[code];
      expect(status).toBeGreaterThanOrEqual(400);
      expect(status).toBeLessThan(600);
      expect(title).toMatch(/\.$/);
      expect(remedy).toMatch(/\.$/);
    }
  });

  it('makes data of an error that survives a worker’s border', () => {
    const failure = toFailure(new HaversackError('ChunkInvalid', 'got 3 bytes, wanted 4'));
    expect(failureSchema.parse(structuredClone(failure))).toEqual({
      code: 'ChunkInvalid',
      detail: 'got 3 bytes, wanted 4',
    });
  });

  it('knows the platform’s own names for a full disk and an abort', () => {
    expect(toFailure(new DOMException('full', 'QuotaExceededError')).code).toBe('QuotaExceeded');
    expect(toFailure(new DOMException('stop', 'AbortError')).code).toBe('Aborted');
    expect(toFailure('odd').code).toBe('Internal');
    expect(toFailure(new Error('x'), 'RuntimeFailed').code).toBe('RuntimeFailed');
  });
});
