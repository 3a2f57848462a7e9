// `haversack promote`: points an alias at a version, unless somebody moved it in the meantime.
import { Command } from 'commander';
import type { RegistryClient } from '../../src/client/registry.ts';
import { type Alias, aliasSchema } from '../../src/core/artifact/documents.ts';
import { aliasNameSchema } from '../../src/core/artifact/names.ts';
import { readDocument } from '../../src/core/artifact/signature.ts';
import { HaversackError } from '../../src/core/errors.ts';
import { z } from '../../src/core/zod.ts';
import { connect, type RemoteOptions, withRemote } from './connect.ts';
import { UsageError } from './failure.ts';
import type { Io } from './io.ts';
import { parseModelName } from './model-name.ts';
import { type OutputOptions, print } from './output.ts';

interface PromoteOptions extends RemoteOptions, OutputOptions {
  readonly share?: string;
}

export function promoteCommand(io: Io): Command {
  const command = new Command('promote')
    .description('point an alias at a version; going back is the same command with the older version')
    .argument('<model@version>', 'the version, e.g. digits@2')
    .argument('<alias>', 'production, canary, …')
    .option('--share <share>', 'for which share of the devices, 0 to 1 (1)')
    .option('--json', 'answer with one JSON value');
  return withRemote(command)
    .addHelpText('after', '\nExample:\n  haversack promote digits@2 production\n')
    .action((version: string, alias: string, options: PromoteOptions) =>
      promote(io, version, alias, options),
    );
}

async function promote(io: Io, text: string, alias: string, options: PromoteOptions): Promise<void> {
  const { model, at } = parseModelName(text);
  if (typeof at !== 'number') {
    throw new UsageError(`"${text}" names no version.`, `Name one by its number, like ${model}@2.`);
  }
  const name = aliasNameSchema.safeParse(alias);
  if (!name.success) throw new UsageError(z.prettifyError(name.error));
  const share = options.share === undefined ? 1 : Number(options.share);
  if (!(share >= 0 && share <= 1)) throw new UsageError(`--share ${options.share} is not between 0 and 1.`);

  const { client } = connect(io, options);
  const before = await aliasBefore(client, model, alias);
  const document = await client.moveAlias(model, alias, { version: at, share }, before?.revision ?? null);
  const { version, revision } = readDocument(document, aliasSchema);
  print(io, options, { model, alias, version, revision, previous: before?.version ?? null }, () => {
    const was = before ? ` (was ${model}@${before.version})` : '';
    return `${model}@${alias} is now ${model}@${version}${was}.\n`;
  });
}

async function aliasBefore(client: RegistryClient, model: string, alias: string): Promise<Alias | null> {
  try {
    return readDocument(await client.alias(model, alias), aliasSchema);
  } catch (thrown) {
    if (thrown instanceof HaversackError && thrown.code === 'NotFound') return null;
    throw thrown;
  }
}
