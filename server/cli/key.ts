// `haversack key`: keys for people and programs, and the registry's own.
import { Command, Option } from 'commander';
import type { AccessKey } from '../../src/core/artifact/access-api.ts';
import type { Role } from '../../src/core/artifact/role.ts';
import { rootSchema } from '../../src/core/artifact/documents.ts';
import { readDocument } from '../../src/core/artifact/signature.ts';
import { dayMs } from '../../src/core/durations.ts';
import { HaversackError } from '../../src/core/errors.ts';
import { connect, type RemoteOptions, withRemote } from './connect.ts';
import { UsageError } from './failure.ts';
import type { Io } from './io.ts';
import { type OutputOptions, print, table } from './output.ts';
import { parseCount, parseRole } from './options.ts';

type KeyOptions = RemoteOptions & OutputOptions;

export function keyCommand(io: Io): Command {
  const command = new Command('key')
    .description('make, list, revoke and renew keys; give the registry itself a new one')
    .addHelpText('after', '\nExample:\n  haversack key create ci --role trainer --days 90\n');
  for (const verb of [createVerb, listVerb, revokeVerb, rotateVerb]) command.addCommand(verb(io));
  return command;
}

function verb(name: string, description: string): Command {
  return withRemote(new Command(name).description(description)).option(
    '--json',
    'answer with one JSON value',
  );
}

function createVerb(io: Io): Command {
  return verb('create', 'make a key; it is shown this once')
    .argument('<name>', 'whose it is, or what for')
    .requiredOption('--role <role>', 'device, trainer or admin', parseRole)
    .option('--days <n>', 'how long it is good (until it is revoked)', parseCount)
    .action(async (name: string, options: KeyOptions & { role: Role; days?: number }) => {
      const { client } = connect(io, options);
      const made = await client.createKey(
        { name, role: options.role, days: options.days ?? null },
        io.signal,
      );
      print(io, options, made, () => shown(made));
    });
}

/** The secret alone in its line, to be copied. */
function shown(made: AccessKey & { key: string }): string {
  const end = made.expiresAt === null ? 'until it is revoked' : `until ${made.expiresAt.slice(0, 10)}`;
  return `The key of ${made.name}, ${made.role}, ${end}; it is not shown again:\n${made.key}\n`;
}

function listVerb(io: Io): Command {
  return verb('list', 'show the keys there are, without what is secret').action(
    async (options: KeyOptions) => {
      const keys = await connect(io, options).client.keys(io.signal);
      print(io, options, keys, () => (keys.length === 0 ? 'No keys yet.\n' : render(keys)));
    },
  );
}

function render(keys: readonly AccessKey[]): string {
  const day = (time: string | null) => time?.slice(0, 10) ?? '–';
  return table(
    ['NAME', 'ROLE', 'CREATED', 'GOOD UNTIL', 'REVOKED', 'LAST USED', 'ID'],
    keys.map(key => [
      key.name,
      key.role,
      day(key.createdAt),
      day(key.expiresAt),
      day(key.revokedAt),
      day(key.lastUsedAt),
      key.id,
    ]),
  );
}

function revokeVerb(io: Io): Command {
  return verb('revoke', 'make a key open nothing, from the next request on')
    .argument('<id>', 'as `key list` shows it')
    .action(async (id: string, options: KeyOptions) => {
      const revoked = await connect(io, options).client.revokeKey(id, io.signal);
      print(io, options, revoked, () => `The key of ${revoked.name} is revoked.\n`);
    });
}

interface RotateOptions extends KeyOptions {
  readonly registry?: true;
  readonly former: 'believe' | 'forget';
  readonly why?: string;
}

function rotateVerb(io: Io): Command {
  return verb('rotate', 'put a new key in the place of one; with --registry, of the registry’s own')
    .argument('[id]', 'an access key, as `key list` shows it')
    .option('--registry', 'the key that signs versions: devices follow to the new one by themselves')
    .addOption(
      new Option(
        '--former <what>',
        'what the registry’s key before has signed: forget it where it was stolen',
      )
        .choices(['believe', 'forget'])
        .default('believe'),
    )
    .option('--why <reason>', 'for the audit')
    .action(async (id: string | undefined, options: RotateOptions) => {
      if ((id === undefined) === (options.registry === undefined)) {
        throw new UsageError('Which key?', 'Give the id of an access key, or --registry.');
      }
      if (id === undefined) await rotateRegistry(io, options);
      else await rotateAccessKey(io, id, options);
    });
}

async function rotateRegistry(io: Io, options: RotateOptions): Promise<void> {
  const { client } = connect(io, options);
  const { former, why = null } = options;
  const root = readDocument(await client.rotateRegistryKey({ former, why }, io.signal), rootSchema);
  const { keyId } = root.keys[0]!;
  print(io, options, { keyId, revision: root.revision, keys: root.keys.map(key => key.keyId) }, () => {
    const rest =
      former === 'believe' ? 'what the one before signed is still believed' : 'the one before is forgotten';
    return `The registry’s key is ${keyId} from now on (root ${root.revision}); ${rest}.\n`;
  });
}

/** The new one first: nobody is left without. */
async function rotateAccessKey(io: Io, id: string, options: RotateOptions): Promise<void> {
  const { client } = connect(io, options);
  const old = (await client.keys(io.signal)).find(key => key.id === id);
  if (!old) throw new HaversackError('NotFound', `key ${id}`);
  const { name, role } = old;
  const made = await client.createKey({ name, role, days: daysOf(old) }, io.signal);
  await client.revokeKey(id, io.signal);
  print(io, options, made, () => shown(made));
}

/** As long as the old one was to be good. */
function daysOf({ createdAt, expiresAt }: AccessKey): number | null {
  return expiresAt === null ? null : Math.round((Date.parse(expiresAt) - Date.parse(createdAt)) / dayMs);
}
