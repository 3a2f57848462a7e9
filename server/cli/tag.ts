// `haversack tag`: words a model is found by.
import { Command } from 'commander';
import { tagSchema } from '../../src/core/artifact/names.ts';
import { z } from '../../src/core/zod.ts';
import { connect, type RemoteOptions, withRemote } from './connect.ts';
import { UsageError } from './failure.ts';
import type { Io } from './io.ts';
import { type OutputOptions, print } from './output.ts';

type TagOptions = RemoteOptions & OutputOptions;

export function tagCommand(io: Io): Command {
  const command = new Command('tag')
    .description('give a model tags, or take them away; `list --tag` finds by them')
    .argument('<model>', 'the model, e.g. digits')
    .argument('<what>', 'add or remove')
    .argument('<tags...>', 'e.g. ocr handwriting')
    .option('--json', 'answer with one JSON value');
  return withRemote(command)
    .addHelpText('after', '\nExample:\n  haversack tag digits add ocr handwriting\n')
    .action((model: string, what: string, tags: string[], options: TagOptions) =>
      tag(io, model, what, tags, options),
    );
}

async function tag(io: Io, name: string, what: string, given: string[], options: TagOptions): Promise<void> {
  if (what !== 'add' && what !== 'remove') {
    throw new UsageError(`"${what}" is neither add nor remove.`, `Say: haversack tag ${name} add …`);
  }
  const parsed = z.array(tagSchema).safeParse(given);
  if (!parsed.success) throw new UsageError(z.prettifyError(parsed.error));
  const { client } = connect(io, options);
  const { model, etag } = await client.model(name, io.signal);
  const others = model.tags.filter(each => !given.includes(each));
  const wanted = what === 'add' ? [...others, ...given] : others;
  const { tags } = await client.changeModel(name, { tags: wanted }, etag, io.signal);
  print(io, options, { model: name, tags }, () => `${name}: ${tags.join(', ') || 'no tags'}\n`);
}
