import { describe, expect, it } from 'vitest';
import { type Mapping, takes, upstreamVersionOf } from '../../../server/upstream/mapping.ts';
import type { Resolved } from '../../../src/core/serve/service.ts';

const model = 'digits';
/** As the registry resolves: nothing asked for, a number, an alias; and of a model that only engines have. */
const unnamed: Resolved = { model, version: 3 };
const numbered: Resolved = { model, version: 3, asked: 3 };
const aliased: Resolved = { model, version: 3, asked: 'canary' };
const foreign: Resolved = { model, version: 0 };
const foreignNumbered: Resolved = { model, version: 0, asked: 7 };
const foreignNamed: Resolved = { model, version: 0, asked: 'v10' };
const all = { unnamed, numbered, aliased, foreign, foreignNumbered, foreignNamed };

/** What each asks of an engine: its version, null for none; absent: it is not asked. */
function asked(mapping: Mapping) {
  return Object.fromEntries(
    Object.entries(all).flatMap(([name, resolved]) =>
      takes(mapping, resolved) ? [[name, upstreamVersionOf(mapping, resolved)]] : [],
    ),
  );
}

describe('an upstream', () => {
  it('of which nothing is said knows versions by the same number', () => {
    expect(asked({ version: null, upstreamVersion: null })).toEqual({
      unnamed: null,
      numbered: '3',
      aliased: '3',
      foreign: null,
      foreignNumbered: '7',
      foreignNamed: 'v10',
    });
  });

  it('with one version of its own, as a canary is, gets what names none', () => {
    expect(asked({ version: null, upstreamVersion: 'v10' })).toEqual({
      unnamed: 'v10',
      foreign: 'v10',
      foreignNamed: 'v10',
    });
  });

  it('pinned to one of ours answers for that one, by its own name for it', () => {
    expect(asked({ version: 3, upstreamVersion: '1' })).toEqual({
      unnamed: '1',
      numbered: '1',
      aliased: '1',
      foreign: '1',
    });
    expect(asked({ version: 3, upstreamVersion: null })).toEqual({
      unnamed: '3',
      numbered: '3',
      aliased: '3',
      foreign: '3',
    });
    expect(asked({ version: 4, upstreamVersion: '1' })).toEqual({ foreign: '1' });
  });

  it('that has no versions is asked without one', () => {
    expect(asked({ version: null, upstreamVersion: 'none' })).toEqual({ unnamed: null, foreign: null });
    expect(asked({ version: 3, upstreamVersion: 'none' })).toEqual({
      unnamed: null,
      numbered: null,
      aliased: null,
      foreign: null,
    });
  });
});
