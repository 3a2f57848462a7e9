import type { LookupAddress } from 'node:dns';
import { describe, expect, it } from 'vitest';
import { isRefusedAddress, lookupAllowed } from '../../../server/upstream/refuse-link-local.ts';

describe('link-local addresses', () => {
  it.each([
    ['169.254.169.254', true],
    ['169.254.0.1', true],
    ['::ffff:169.254.169.254', true],
    ['::ffff:a9fe:a9fe', true],
    ['fe80::1', true],
    ['febf::1', true],
    ['fd00:ec2::254', true],
    ['169.253.255.255', false],
    ['169.255.0.1', false],
    ['127.0.0.1', false],
    ['10.0.0.1', false],
    ['::1', false],
    ['fec0::1', false],
    ['no address', false],
  ])('%s: %s', (address, isRefused) => {
    expect(isRefusedAddress(address)).toBe(isRefused);
  });

  const looked = (name: string, all: boolean) =>
    new Promise<LookupAddress[] | string | Error>(resolve => {
      lookupAllowed(name, { all }, (error, address) => {
        resolve(error ?? address);
      });
    });

  it('are refused when a name is looked up, for a connection that takes one address or all', async () => {
    for (const all of [true, false]) {
      const refused = await looked('169.254.169.254', all);
      expect(refused).toBeInstanceOf(Error);
      expect((refused as Error).message).toContain('link-local');
    }
    expect(await looked('127.0.0.1', false)).toBe('127.0.0.1');
    expect(await looked('127.0.0.1', true)).toEqual([{ address: '127.0.0.1', family: 4 }]);
    expect(await looked('name.invalid', true)).toBeInstanceOf(Error);
  });
});
