// A certificate authority of this data folder's own, made once, and the certificate it gives this server. Phones that trust
// the authority get a secure context; the authority may vouch for the local network only.
import { dayMs } from '../../src/core/durations.ts';
import { createHash, createPrivateKey, randomBytes, webcrypto, X509Certificate } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
// The certificate library's injection needs it before anything else of it is loaded.
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { machineAddresses } from '../gateway/origin.ts';
import { writeDurably } from '../storage/durable.ts';
import { contains, nameConstraintsId, type Network, permittedNames } from './name-constraints.ts';

const authorityDays = 3650;
/** Apple takes 397 days at most from an authority a user added (support.apple.com/en-us/102028). */
const leafDays = 390;
const renewDaysBefore = 30;
const signing = { name: 'ECDSA', hash: 'SHA-256' };
const keyKind = { name: 'ECDSA', namedCurve: 'P-256' };

/** Private, link-local, shared and loopback space (RFC 1918, 3927, 6598, 4193, 4291). */
const localNetworks: readonly Network[] = [
  '127.0.0.0/8',
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '169.254.0.0/16',
  '100.64.0.0/10',
  '::1/128',
  'fc00::/7',
  'fe80::/10',
];

export interface Authority {
  readonly certificate: string;
  /** SHA-256 of the DER, in pairs with colons, as systems show it. */
  readonly fingerprint: string;
}

export interface ServerCertificate {
  readonly cert: string;
  readonly key: string;
  /** What it is good for: names and addresses. */
  readonly names: readonly string[];
}

export interface LanCertificates {
  readonly authority: Authority;
  readonly server: ServerCertificate;
}

/**
 * Reads `<folder>/ca.pem` and `leaf.pem`, or makes them. The authority stays; the server's certificate is made anew when
 * the machine's addresses are no longer those it names, or when it soon expires.
 */
export async function loadCertificates(
  folder: string,
  machine: { now: Date; addresses: readonly string[]; host: string } = {
    now: new Date(),
    addresses: machineAddresses(),
    host: hostname().toLowerCase(),
  },
): Promise<LanCertificates> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const authority = await loadAuthority(folder, machine);
  const names = namesOf(authority, machine);
  const server =
    (await goodLeaf(folder, authority, names, machine.now)) ??
    (await makeLeaf(folder, authority, names, machine.now));
  return {
    authority: {
      certificate: authority.certificate.toString('pem'),
      fingerprint: fingerprintOf(authority.certificate),
    },
    server,
  };
}

interface LoadedAuthority {
  readonly certificate: x509.X509Certificate;
  readonly key: webcrypto.CryptoKey;
  /** The networks it may vouch for, and the bare name of the machine it was made on. */
  readonly permitted: { readonly networks: readonly Network[]; readonly names: readonly string[] };
}

async function loadAuthority(
  folder: string,
  machine: { now: Date; addresses: readonly string[]; host: string },
): Promise<LoadedAuthority> {
  const path = join(folder, 'ca.pem');
  const keyPath = join(folder, 'ca-key.pem');
  const permittedPath = join(folder, 'ca-permitted.json');
  if (existsSync(path)) {
    return {
      certificate: new x509.X509Certificate(readFileSync(path, 'utf8')),
      key: await importKey(readFileSync(keyPath, 'utf8')),
      permitted: JSON.parse(readFileSync(permittedPath, 'utf8')) as LoadedAuthority['permitted'],
    };
  }
  const outside = machine.addresses.filter(address => !localNetworks.some(net => contains(net, address)));
  const permitted = {
    // Addresses that are not local space, but are this machine's today: nothing else could reach it by them.
    networks: [
      ...localNetworks,
      ...outside.map((address): Network => `${address}/${address.includes(':') ? 128 : 32}`),
    ],
    names: ['localhost', 'local', machine.host],
  };
  const pair = await webcrypto.subtle.generateKey(keyKind, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: randomBytes(16).toString('hex'),
    name: `CN=Haversack ${randomBytes(3).toString('hex')}, O=Haversack local authority`,
    notBefore: new Date(machine.now.getTime() - dayMs),
    notAfter: new Date(machine.now.getTime() + authorityDays * dayMs),
    signingAlgorithm: signing,
    keys: pair,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(pair.publicKey),
      new x509.Extension(nameConstraintsId, true, permittedNames(permitted.names, permitted.networks)),
    ],
  });
  await writeDurably(keyPath, Buffer.from(await exportKey(pair.privateKey)), { mode: 0o600 });
  await writeDurably(permittedPath, Buffer.from(JSON.stringify(permitted)));
  // Last: with it, the authority is there.
  await writeDurably(path, Buffer.from(certificate.toString('pem')));
  return { certificate, key: pair.privateKey, permitted };
}

/** Everything this machine is called now that the authority may vouch for. */
function namesOf(
  { permitted }: LoadedAuthority,
  machine: { addresses: readonly string[]; host: string },
): string[] {
  const addresses = ['127.0.0.1', '::1', ...machine.addresses];
  const names = ['localhost', machine.host, machine.host.includes('.') ? [] : `${machine.host}.local`].flat();
  const allowed = (name: string) =>
    permitted.names.some(suffix => name === suffix || name.endsWith(`.${suffix}`));
  return [
    ...names.filter(allowed),
    ...addresses.filter(address => permitted.networks.some(network => contains(network, address))),
  ];
}

/** Null: there is none, it is not good any more, or its files cannot be read. A new one costs nothing. */
async function goodLeaf(
  folder: string,
  authority: LoadedAuthority,
  names: readonly string[],
  now: Date,
): Promise<ServerCertificate | null> {
  try {
    const cert = readFileSync(join(folder, 'leaf.pem'), 'utf8');
    const key = readFileSync(join(folder, 'leaf-key.pem'), 'utf8');
    return (await isGood({ cert, key }, authority, names, now)) ? { cert, key, names } : null;
  } catch {
    return null;
  }
}

async function isGood(
  stored: { cert: string; key: string },
  authority: LoadedAuthority,
  names: readonly string[],
  now: Date,
): Promise<boolean> {
  const leaf = new x509.X509Certificate(stored.cert);
  const stated = leaf.getExtension(x509.SubjectAlternativeNameExtension)?.names.toJSON() ?? [];
  const known = new Set(stated.map(({ value }) => value));
  return (
    known.size === new Set(names).size &&
    names.every(name => known.has(name)) &&
    leaf.notAfter.getTime() - now.getTime() > renewDaysBefore * dayMs &&
    // Of two files one may be older: whoever wrote them was killed in between.
    new X509Certificate(stored.cert).checkPrivateKey(createPrivateKey(stored.key)) &&
    (await leaf.verify({ publicKey: authority.certificate, date: now }))
  );
}

async function makeLeaf(
  folder: string,
  authority: LoadedAuthority,
  names: readonly string[],
  now: Date,
): Promise<ServerCertificate> {
  const pair = await webcrypto.subtle.generateKey(keyKind, true, ['sign', 'verify']);
  const leaf = await x509.X509CertificateGenerator.create({
    serialNumber: randomBytes(16).toString('hex'),
    subject: 'CN=Haversack',
    issuer: authority.certificate.subject,
    notBefore: new Date(now.getTime() - dayMs),
    notAfter: new Date(now.getTime() + (leafDays - 1) * dayMs),
    signingAlgorithm: signing,
    publicKey: pair.publicKey,
    signingKey: authority.key,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(
        names.map(name => ({ type: /^[\d.]+$|:/.test(name) ? 'ip' : 'dns', value: name })),
      ),
      await x509.AuthorityKeyIdentifierExtension.create(authority.certificate),
    ],
  });
  const cert = leaf.toString('pem');
  const key = await exportKey(pair.privateKey);
  await writeDurably(join(folder, 'leaf-key.pem'), Buffer.from(key), { mode: 0o600 });
  await writeDurably(join(folder, 'leaf.pem'), Buffer.from(cert));
  return { cert, key, names };
}

function fingerprintOf(certificate: x509.X509Certificate): string {
  const hex = createHash('sha256').update(Buffer.from(certificate.rawData)).digest('hex').toUpperCase();
  return hex.match(/../g)!.join(':');
}

async function exportKey(key: webcrypto.CryptoKey): Promise<string> {
  return x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY');
}

function importKey(pem: string): Promise<webcrypto.CryptoKey> {
  return webcrypto.subtle.importKey('pkcs8', x509.PemConverter.decodeFirst(pem), keyKind, false, ['sign']);
}
