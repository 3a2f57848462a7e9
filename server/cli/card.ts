// `haversack card`: what a model is for, what it was made of, where it fails; in Markdown.
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Command } from 'commander';
import { connect, type RemoteOptions, withRemote } from './connect.ts';
import type { Io } from './io.ts';
import { type OutputOptions, print } from './output.ts';

type CardOptions = RemoteOptions & OutputOptions;

export function cardCommand(io: Io): Command {
  const command = new Command('card')
    .description('show a model’s card, or put a Markdown file in its place')
    .argument('<model>', 'the model, e.g. digits')
    .argument('[file]', 'the new card; - reads it from stdin')
    .option('--json', 'answer with one JSON value');
  return withRemote(command)
    .addHelpText('after', '\nExample:\n  haversack card digits > card.md && haversack card digits card.md\n')
    .action((model: string, file: string | undefined, options: CardOptions) =>
      card(io, model, file, options),
    );
}

async function card(io: Io, name: string, file: string | undefined, options: CardOptions): Promise<void> {
  const { client } = connect(io, options);
  const { model, etag } = await client.model(name, io.signal);
  if (file === undefined) {
    print(io, options, { model: name, card: model.card }, () => withEnd(model.card));
    return;
  }
  const bytes = file === '-' ? await io.stdin() : await readFile(resolve(io.cwd, file));
  const text = new TextDecoder().decode(bytes);
  const changed = await client.changeModel(name, { card: text }, etag, io.signal);
  print(io, options, { model: name, card: changed.card }, () => `${name} has a new card.\n`);
}

function withEnd(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}
