// `haversack device`: who is let in, as what, and in which groups.
import { Command } from 'commander';
import { invitationLink } from '../../src/core/artifact/enrolment-code.ts';
import { groupNameSchema } from '../../src/core/artifact/names.ts';
import type { DeviceInfo } from '../../src/core/artifact/access-api.ts';
import type { Role } from '../../src/core/artifact/role.ts';
import { HaversackError } from '../../src/core/errors.ts';
import { z } from '../../src/core/zod.ts';
import { connect, type RemoteOptions, withRemote } from './connect.ts';
import { UsageError } from './failure.ts';
import type { Io } from './io.ts';
import { type OutputOptions, print, table } from './output.ts';
import { parseCount, parseRole } from './options.ts';

type DeviceOptions = RemoteOptions & OutputOptions;

/** Letters of an id that are enough to name a device, where no other begins with them. */
const leastLetters = 6;

export function deviceCommand(io: Io): Command {
  const command = new Command('device')
    .description('let devices in by an answer or a code, say what they may do, and shut them out')
    .addHelpText('after', '\nExample:\n  haversack device enrol --role trainer --group north\n');
  for (const verb of [listVerb, approveVerb, enrolVerb, revokeVerb, groupVerb]) command.addCommand(verb(io));
  return command;
}

function verb(name: string, description: string): Command {
  return withRemote(new Command(name).description(description)).option(
    '--json',
    'answer with one JSON value',
  );
}

function listVerb(io: Io): Command {
  return verb('list', 'show the devices that asked to be let in').action(async (options: DeviceOptions) => {
    const devices = await connect(io, options).client.devices(io.signal);
    print(io, options, devices, () =>
      devices.length === 0 ? 'No device has asked yet.\n' : render(devices),
    );
  });
}

function render(devices: readonly DeviceInfo[]): string {
  const header = ['CODE', 'NAME', 'STATUS', 'ROLE', 'GROUPS', 'LAST SEEN', 'ID'];
  return table(
    header,
    devices.map(device => [
      device.code,
      device.name,
      device.status,
      device.role ?? '–',
      device.groups.join(', '),
      device.lastSeenAt?.slice(0, 16).replace('T', ' ') ?? 'never',
      device.id.slice(0, 12),
    ]),
  );
}

function approveVerb(io: Io): Command {
  return verb('approve', 'let a device in; check that it shows the same code')
    .argument('<device>', 'its six-character code, or the beginning of its id')
    .requiredOption('--role <role>', 'device, trainer or admin', parseRole)
    .option('--group <name...>', 'the groups it belongs to')
    .action(async (name: string, options: DeviceOptions & { role: Role; group?: string[] }) => {
      const groups = options.group === undefined ? {} : { groups: parseGroups(options.group) };
      await change(io, name, options, { status: 'approved', role: options.role, ...groups });
    });
}

function revokeVerb(io: Io): Command {
  return verb('revoke', 'shut a device out, from its next request on')
    .argument('<device>', 'its six-character code, or the beginning of its id')
    .action((name: string, options: DeviceOptions) =>
      change(io, name, options, { status: 'revoked', role: null }),
    );
}

function groupVerb(io: Io): Command {
  return verb('group', 'say in which groups a device is; without a name: in none')
    .argument('<device>', 'its six-character code, or the beginning of its id')
    .argument('[names...]', 'all its groups')
    .action((name: string, groups: string[], options: DeviceOptions) =>
      change(io, name, options, { groups: parseGroups(groups) }),
    );
}

async function change(
  io: Io,
  name: string,
  options: DeviceOptions,
  to: { status?: 'approved' | 'revoked'; role?: Role | null; groups?: string[] },
): Promise<void> {
  const { client } = connect(io, options);
  const { id } = find(await client.devices(io.signal), name);
  const device = await client.changeDevice(id, to, io.signal);
  print(io, options, device, () => {
    const what = device.role === null ? device.status : `${device.status} as ${device.role}`;
    const where = device.groups.length === 0 ? '' : `, in ${device.groups.join(', ')}`;
    return `${device.name} (${device.code}) is ${what}${where}.\n`;
  });
}

/** By the code that it shows, or by its id, whole or not. @throws HaversackError `NotFound`, UsageError where it is two */
function find(devices: readonly DeviceInfo[], name: string): DeviceInfo {
  const isBeginning = name.length >= leastLetters;
  const found = devices.filter(
    ({ id, code }) => code === name.toUpperCase() || (isBeginning && id.startsWith(name.toLowerCase())),
  );
  if (found.length > 1) {
    throw new UsageError(`"${name}" are ${found.length} devices.`, 'Give more of its id (`device list`).');
  }
  if (!found[0]) throw new HaversackError('NotFound', `device ${name}`);
  return found[0];
}

function enrolVerb(io: Io): Command {
  return verb('enrol', 'make a code that lets one device in, to be typed, opened or photographed')
    .requiredOption('--role <role>', 'device, trainer or admin', parseRole)
    .option('--group <name...>', 'the groups it will belong to')
    .option('--minutes <n>', 'how long it can be used (60)', parseCount)
    .action(async (options: DeviceOptions & { role: Role; group?: string[]; minutes?: number }) => {
      const { client, url } = connect(io, options);
      const { role, group = [], minutes } = options;
      const groups = parseGroups(group);
      const query = { role, groups, ...(minutes === undefined ? {} : { minutes }) };
      const made = await client.createEnrolment(query, io.signal);
      const link = invitationLink(url.replace(/\/$/, ''), made);
      const picture = options.json ? '' : await pictureOf(link);
      print(io, options, { ...made, link }, () => {
        const until = made.expiresAt.slice(0, 16).replace('T', ' ');
        return `${made.code} lets one device in as ${role} until ${until} UTC.\n${link}\n${picture}\n`;
      });
    });
}

/** A QR code in half blocks. */
async function pictureOf(link: string): Promise<string> {
  const { default: qrcode } = await import('qrcode');
  return qrcode.toString(link, { type: 'terminal', small: true });
}

function parseGroups(names: readonly string[]): string[] {
  const groups = z.array(groupNameSchema).safeParse(names);
  if (!groups.success) throw new UsageError(z.prettifyError(groups.error));
  return groups.data;
}
