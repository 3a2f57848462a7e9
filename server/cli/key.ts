// `haversack key`: keys for people and programs, and the registry's own.
import { Command, Option } from 'commander';
import { type AccessKey, defaultGraceHours } from '../../src/core/artifact/key-api.ts';
import { type Grant, type Limits, limitsSchema } from '../../src/core/artifact/grant.ts';
import { formatGrants } from '../../src/core/artifact/grant-text.ts';
import type { Role } from '../../src/core/artifact/role.ts';
import { rootSchema } from '../../src/core/artifact/documents.ts';
import { readDocument } from '../../src/core/artifact/signature.ts';
import { z } from '../../src/core/zod.ts';
import { connect, type RemoteOptions, withRemote } from './connect.ts';
import { UsageError } from './failure.ts';
import type { Io } from './io.ts';
import { type OutputOptions, print, table } from './output.ts';
import { parseCount, parseGrants, parseHours, parseRole } from './options.ts';

type KeyOptions = RemoteOptions & OutputOptions;

export function keyCommand(io: Io): Command {
  const command = new Command('key')
    .description('make, list, revoke and renew keys; give the registry itself a new one')
    .addHelpText(
      'after',
      '\nExamples:\n  haversack key add ci --role trainer --days 90\n' +
        '  haversack key add shop --grant digits:predict,read --per-minute 600 --per-day 50000\n',
    );
  for (const verb of [createVerb, listVerb, revokeVerb, rotateVerb]) command.addCommand(verb(io));
  return command;
}

function verb(name: string, description: string): Command {
  return withRemote(new Command(name).description(description)).option(
    '--json',
    'answer with one JSON value',
  );
}

interface CreateOptions extends KeyOptions {
  readonly role?: Role;
  readonly grant?: Grant[];
  readonly days?: number;
  readonly perMinute?: number;
  readonly perDay?: number;
  readonly atOnce?: number;
}

function createVerb(io: Io): Command {
  return verb('create', 'make a key; it is shown this once')
    .alias('add')
    .argument('<name>', 'whose it is, or what for')
    .option('--role <role>', 'what it may on all models: device, trainer or admin', parseRole)
    .option(
      '--grant <model:right,…>',
      'in place of a role, as often as there are models: read, predict, write, promote, admin; * is all models',
      parseGrants,
    )
    .option('--days <n>', 'how long it is good (until it is revoked)', parseCount)
    .option('--per-minute <n>', 'requests in a minute', parseCount)
    .option('--at-once <n>', 'requests at a time', parseCount)
    .option('--per-day <n>', 'predictions in a day, UTC', parseCount)
    .action(async (name: string, options: CreateOptions) => {
      const { role, grant = null, days = null } = options;
      if ((role === undefined) === (grant === null)) {
        throw new UsageError('What may the key do?', 'Give either --role or --grant.');
      }
      const { client } = connect(io, options);
      const what = role === undefined ? { grants: grant } : { role };
      const made = await client.createKey({ name, ...what, limits: limitsOf(options), days }, io.signal);
      print(io, options, made, () => shown(made));
    });
}

/** Null where none was given. @throws UsageError */
function limitsOf({ perMinute, atOnce, perDay }: CreateOptions): Limits | null {
  if (perMinute === undefined && atOnce === undefined && perDay === undefined) return null;
  const limits = limitsSchema.safeParse({ perMinute, atOnce, perDay });
  if (limits.success) return limits.data;
  throw new UsageError(
    z.prettifyError(limits.error),
    'Give less, or leave it out: then there is no such limit.',
  );
}

/** The secret alone in its line, to be copied. */
function shown(made: AccessKey & { key: string }): string {
  const end = made.expiresAt === null ? 'until it is revoked' : `until ${made.expiresAt.slice(0, 10)}`;
  return `The key of ${made.name}, ${whatItMay(made)}, ${end}; it is not shown again:\n${made.key}\n`;
}

function whatItMay({ role, grants }: AccessKey): string {
  return grants === null ? (role ?? 'nothing') : formatGrants(grants);
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
    ['NAME', 'MAY', 'LIMITS', 'CREATED', 'GOOD UNTIL', 'REVOKED', 'LAST USED', 'ID'],
    keys.map(key => [
      key.name,
      whatItMay(key),
      formatLimits(key.limits),
      day(key.createdAt),
      day(key.expiresAt),
      day(key.revokedAt),
      day(key.lastUsedAt),
      key.id,
    ]),
  );
}

function formatLimits(limits: Limits | null): string {
  const parts = [
    [limits?.perMinute, '/min'],
    [limits?.atOnce, ' at once'],
    [limits?.perDay, '/day'],
  ] as const;
  const given = parts.flatMap(([count, unit]) => (typeof count === 'number' ? [`${count}${unit}`] : []));
  return given.length === 0 ? '–' : given.join(', ');
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
  readonly grace?: number;
  readonly days?: number;
  readonly registry?: true;
  readonly former: 'believe' | 'forget';
  readonly why?: string;
}

function rotateVerb(io: Io): Command {
  return verb('rotate', 'put a new key in the place of one; with --registry, of the registry’s own')
    .argument('[id]', 'an access key, as `key list` shows it')
    .option(
      '--grace <hours>',
      `how long the one before goes on (${defaultGraceHours}); 0: no longer`,
      parseHours,
    )
    .option('--days <n>', 'how long the new one is good (as long as the one before was to be)', parseCount)
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

async function rotateAccessKey(io: Io, id: string, options: RotateOptions): Promise<void> {
  const { client } = connect(io, options);
  const { grace = defaultGraceHours, days = null } = options;
  const made = await client.rotateKey(id, { graceHours: grace, days }, io.signal);
  print(io, options, made, () => {
    const until = grace === 0 ? 'is over' : `goes on for ${grace} hours at most`;
    return `${shown(made)}The one before ${until}.\n`;
  });
}
