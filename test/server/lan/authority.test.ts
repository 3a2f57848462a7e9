import { copyFileSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, get } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadCertificates, type LanCertificates } from '../../../server/lan/authority.ts';
import { addressBytes, contains } from '../../../server/lan/name-constraints.ts';
import { temporaryFolder } from '../support.ts';

const machine = { now: new Date(), addresses: ['192.168.1.7', '203.0.113.5', 'fd00::7'], host: 'toolbox' };

/** The TLS handshake of a client that trusts the authority and thinks it talks to `name`; the error, or null. */
async function handshake({ authority, server }: LanCertificates, name: string): Promise<string | null> {
  const listener = createServer(server, (_request, response) => response.end('hello'));
  await new Promise<void>(resolve => listener.listen(0, '127.0.0.1', resolve));
  const { port } = listener.address() as AddressInfo;
  const isAddress = /^[\d.]+$|:/.test(name);
  const outcome = await new Promise<string | null>(resolve => {
    get(
      {
        host: '127.0.0.1',
        port,
        ca: authority.certificate,
        // An address has no SNI; the name is checked against the certificate all the same.
        ...(isAddress ? {} : { servername: name }),
        checkServerIdentity: (_host, certificate) => {
          const names = (certificate.subjectaltname ?? '').split(', ');
          const wanted = isAddress
            ? `IP Address:${name.includes(':') ? 'FD00:0:0:0:0:0:0:7' : name}`
            : `DNS:${name}`;
          return names.includes(wanted) ? undefined : new Error(`not for ${name}: ${names.join(' ')}`);
        },
        agent: false,
      },
      response => {
        response.resume();
        resolve(null);
      },
    ).on('error', error => {
      resolve(error.message);
    });
  });
  listener.close();
  return outcome;
}

describe('the local authority', () => {
  it('vouches for every name and address of the machine to a client that trusts it', async () => {
    const certificates = await loadCertificates(temporaryFolder(), machine);
    for (const name of ['localhost', 'toolbox', 'toolbox.local', '127.0.0.1', ...machine.addresses]) {
      expect(await handshake(certificates, name), name).toBeNull();
    }
    expect(await handshake(certificates, 'example.com')).toContain('not for example.com');
  });

  it('is made once; the server’s certificate is kept while nothing has changed', async () => {
    const folder = temporaryFolder();
    const first = await loadCertificates(folder, machine);
    const again = await loadCertificates(folder, machine);
    expect(again).toEqual(first);
    expect(statSync(join(folder, 'ca-key.pem')).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, 'leaf-key.pem')).mode & 0o777).toBe(0o600);
  });

  it('gives a new certificate when an address is new, and before the old one expires', async () => {
    const folder = temporaryFolder();
    const first = await loadCertificates(folder, machine);
    const moved = await loadCertificates(folder, { ...machine, addresses: ['192.168.1.9'] });
    expect(moved.authority).toEqual(first.authority);
    expect(moved.server.cert).not.toBe(first.server.cert);
    expect(moved.server.names).toContain('192.168.1.9');
    const later = new Date(machine.now.getTime() + 365 * 24 * 60 * 60 * 1000);
    const renewed = await loadCertificates(folder, { ...machine, now: later, addresses: ['192.168.1.9'] });
    expect(renewed.server.cert).not.toBe(moved.server.cert);
  });

  it('gives a new certificate where its key is another’s, as a kill between the two files leaves it', async () => {
    const [folder, other] = [temporaryFolder(), temporaryFolder()];
    const first = await loadCertificates(folder, machine);
    const { server } = await loadCertificates(other, machine);
    writeFileSync(join(folder, 'leaf-key.pem'), server.key);
    const renewed = await loadCertificates(folder, machine);
    expect(renewed.server.cert).not.toBe(first.server.cert);
    expect(await handshake(renewed, 'localhost')).toBeNull();
  });

  it.each([
    ['its key is gone', (folder: string) => rmSync(join(folder, 'leaf-key.pem'))],
    ['it is no certificate', (folder: string) => writeFileSync(join(folder, 'leaf.pem'), 'torn')],
    ['its key is none', (folder: string) => writeFileSync(join(folder, 'leaf-key.pem'), 'torn')],
  ])('gives a new certificate where %s', async (_why, spoil) => {
    const folder = temporaryFolder();
    const first = await loadCertificates(folder, machine);
    spoil(folder);
    const renewed = await loadCertificates(folder, machine);
    expect(renewed.authority).toEqual(first.authority);
    expect(await handshake(renewed, 'localhost')).toBeNull();
  });

  it('cannot vouch outside the local network', async () => {
    const folder = temporaryFolder();
    await loadCertificates(folder, machine);
    const elsewhere = await loadCertificates(folder, {
      ...machine,
      addresses: ['198.51.100.1'],
      host: 'example.com',
    });
    expect(elsewhere.server.names).toEqual(['localhost', '127.0.0.1', '::1']);
    // Even if it signs for another name, a client refuses: the constraint is in the authority's own certificate.
    const forged = join(folder, 'forged');
    mkdirSync(forged);
    for (const name of ['ca.pem', 'ca-key.pem']) copyFileSync(join(folder, name), join(forged, name));
    const permitted = JSON.parse(readFileSync(join(folder, 'ca-permitted.json'), 'utf8')) as {
      names: string[];
    };
    permitted.names.push('example.com');
    writeFileSync(join(forged, 'ca-permitted.json'), JSON.stringify(permitted));
    const forgery = await loadCertificates(forged, { ...machine, addresses: [], host: 'example.com' });
    expect(forgery.server.names).toContain('example.com');
    expect(await handshake(forgery, 'example.com')).toContain('permitted subtree');
  });
});

describe('addresses', () => {
  it('are read in every spelling', () => {
    expect(addressBytes('10.1.2.3')).toEqual([10, 1, 2, 3]);
    expect(addressBytes('::1')).toEqual([...Array<number>(15).fill(0), 1]);
    expect(addressBytes('fd00::7:1')).toEqual([0xfd, 0, ...Array<number>(10).fill(0), 0, 7, 0, 1]);
  });

  it('lie in a network by its prefix', () => {
    expect(contains('172.16.0.0/12', '172.31.255.1')).toBe(true);
    expect(contains('172.16.0.0/12', '172.32.0.1')).toBe(false);
    expect(contains('fc00::/7', 'fd12::1')).toBe(true);
    expect(contains('fc00::/7', '10.0.0.1')).toBe(false);
  });
});
