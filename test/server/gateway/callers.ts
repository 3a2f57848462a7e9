// Everyone who may knock, for the test of the access table: with what in hand, from where, and what that should be worth.
import type { Grant } from '../../../src/core/artifact/grant.ts';
import { roleGrants } from '../../../src/core/artifact/role-grants.ts';
import type { Role } from '../../../src/core/artifact/role.ts';
import { audienceOf, enrolDevice, setDevice, type TestServer } from '../support.ts';
import type { TestIssuer } from './issuer.ts';

const here = '127.0.0.1';
const there = '192.168.7.20';

/** Who is tried on loopback too, where some of it is open: those for whom that could make a difference. */
const alsoHere = /^(nobody|pending|wrong|revoked|expired)|for predicting|says nothing/;

/** `nobody`: shows nothing that is known. `bad`: shows what is known to be no good. */
type Worth = 'nobody' | 'bad' | readonly Grant[];

export interface TestCaller {
  readonly name: string;
  readonly address: string;
  readonly token: string | undefined;
  readonly worth: Worth;
}

/** Reaches the model that the table's paths name, or another one. */
const ownGrants: readonly { readonly name: string; readonly grants: Grant[] }[] = [
  { name: 'reading the model', grants: [{ model: 'nothing', rights: ['read'] }] },
  { name: 'predicting with the model', grants: [{ model: 'nothing', rights: ['predict'] }] },
  { name: 'writing the model', grants: [{ model: 'nothing', rights: ['write'] }] },
  { name: 'promoting the model', grants: [{ model: 'nothing', rights: ['promote'] }] },
  { name: 'all of the model', grants: [{ model: 'nothing', rights: ['admin'] }] },
  { name: 'all of another model', grants: [{ model: 'another', rights: ['admin'] }] },
  { name: 'reading all models', grants: [{ model: '*', rights: ['read'] }] },
  {
    name: 'reading all and writing another model',
    grants: [
      { model: '*', rights: ['read'] },
      { model: 'another', rights: ['write'] },
    ],
  },
];

/** What the table says that a caller gets: `in`, or how it is refused. By sets of words, apart from the code that is tested. */
export function expectedOf(
  { worth, address }: TestCaller,
  right: string,
  hasModel: boolean,
): 'in' | 401 | 403 {
  if (right === 'public') return 'in';
  if (worth === 'bad') return 401;
  if (worth === 'nobody') {
    const isOpen = address === here && ['read', 'predict', 'any read', 'any predict'].includes(right);
    return isOpen ? 'in' : 401;
  }
  if (right === 'known') return 'in';
  const wanted = right.replace('any ', '');
  const counts = worth.filter(
    ({ model }) => model === '*' || right.startsWith('any ') || (hasModel && model === 'nothing'),
  );
  return counts.some(({ rights }) => rights.some(each => each === wanted || each === 'admin')) ? 'in' : 403;
}

/** @param pass lets the server's clock go on */
export async function makeCallers(
  server: TestServer,
  issuer: TestIssuer,
  pass: (ms: number) => void,
): Promise<TestCaller[]> {
  const callers: TestCaller[] = [];
  const add = (name: string, worth: Worth, token: string | undefined) => {
    callers.push({ name: `${name} elsewhere`, address: there, token, worth });
    if (alsoHere.test(name)) callers.push({ name: `${name} on loopback`, address: here, token, worth });
  };
  // Before the clock goes on: a key of a day, then a day and more.
  const expired = await makeKey(server, { role: 'admin', days: 1 });
  const graced = await makeKey(server, { role: 'admin' });
  const successor = await server.ask('POST', `keys/${graced.id}/rotate`, {
    token: server.key,
    body: { graceHours: 1 },
  });
  pass(25 * 60 * 60_000);
  add('expired key', 'bad', expired.key);
  add('key whose grace is over', 'bad', graced.key);
  add('key that followed', roleGrants.admin, String(successor.json['key']));

  const revoked = await makeKey(server, { role: 'admin' });
  await server.ask('DELETE', `keys/${revoked.id}`, { token: server.key });
  add('nobody', 'nobody', undefined);
  add('wrong admin key', 'bad', `hvs_${'A'.repeat(43)}`);
  add('wrong access key', 'bad', `hvk_${'A'.repeat(43)}`);
  add('what is no key', 'bad', 'x');
  add('revoked access key', 'bad', revoked.key);
  add('admin key', roleGrants.admin, server.key);
  for (const role of ['device', 'trainer', 'admin'] as const) {
    add(`access key as ${role}`, roleGrants[role], (await makeKey(server, { role })).key);
  }
  for (const { name, grants } of ownGrants) {
    add(`access key for ${name}`, grants, (await makeKey(server, { grants })).key);
  }
  await addDevices(server, add);
  await addPeople(server, issuer, add);
  return callers;
}

async function addDevices(
  server: TestServer,
  add: (name: string, worth: Worth, token: string) => void,
): Promise<void> {
  const audience = audienceOf(server);
  const issuedAt = server.registry.now().getTime() / 1000;
  const enrol = async (role: Role | null) => {
    const device = await enrolDevice(server, role);
    return { id: device.keyId, token: await device.token(audience, { issuedAt, seconds: 120 }) };
  };
  add('pending device', 'nobody', (await enrol(null)).token);
  for (const role of ['device', 'trainer', 'admin'] as const) {
    add(`device as ${role}`, roleGrants[role], (await enrol(role)).token);
  }
  for (const { name, grants } of ownGrants) {
    const { id, token } = await enrol('admin');
    await server.ask('PATCH', `devices/${id}`, { token: server.key, body: { grants } });
    add(`device for ${name}`, grants, token);
  }
  const shut = await enrol('admin');
  await setDevice(server, shut.id, { status: 'revoked', role: null });
  add('revoked device', 'bad', shut.token);
}

async function addPeople(
  server: TestServer,
  issuer: TestIssuer,
  add: (name: string, worth: Worth, token: string) => void,
): Promise<void> {
  const iat = Math.floor(server.registry.now().getTime() / 1000);
  const token = (claims: object) => issuer.token({ iat, exp: iat + 600, ...claims });
  for (const role of ['device', 'trainer', 'admin'] as const) {
    add(`person as ${role}`, roleGrants[role], await token({ roles: [`haversack-${role}`] }));
  }
  add('person whose token says nothing', [], await token({}));
  add('person whose token is over', 'bad', await token({ exp: iat - 600, roles: ['haversack-admin'] }));
  add('person of another audience', 'bad', await token({ aud: 'another', roles: ['haversack-admin'] }));
}

async function makeKey(
  server: TestServer,
  query: { readonly role?: Role; readonly grants?: readonly Grant[]; readonly days?: number },
): Promise<{ readonly id: string; readonly key: string }> {
  const { json } = await server.ask('POST', 'keys', { token: server.key, body: { name: 'test', ...query } });
  return json as { id: string; key: string };
}
