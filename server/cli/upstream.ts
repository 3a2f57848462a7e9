// `haversack upstream`: engines that answer for a model beside the server, or in its place; changed while it runs.
import { Command, InvalidArgumentError } from 'commander';
import { UpstreamsClient } from '../../src/client/upstreams.ts';
import { localUpstream, type Upstream } from '../../src/core/artifact/upstream-api.ts';
import { HaversackError } from '../../src/core/errors.ts';
import { connect, type RemoteOptions, withRemote } from './connect.ts';
import { UsageError } from './failure.ts';
import type { Io } from './io.ts';
import { parseCount } from './options.ts';
import { type OutputOptions, print, table } from './output.ts';

type UpstreamOptions = RemoteOptions & OutputOptions;

interface AddOptions extends UpstreamOptions {
  readonly weight: number;
  readonly ourVersion?: number;
  readonly upstreamModel?: string;
  readonly upstreamVersion?: string;
  readonly keyVariable?: string;
  readonly why?: string;
}

export function upstreamCommand(io: Io): Command {
  const command = new Command('upstream')
    .description('let other servers, or engines that speak the Open Inference Protocol, answer for a model')
    .addHelpText(
      'after',
      '\nExamples:\n  haversack upstream add digits http://triton:8000 --our-version 3 --upstream-version 1' +
        '\n  haversack upstream add digits local --weight 0   # this server stands by' +
        '\n  haversack upstream drain digits http://triton:8000\n',
    );
  for (const verb of [addVerb, listVerb, weightVerb, drainVerb, resumeVerb, removeVerb]) {
    command.addCommand(verb(io));
  }
  return command;
}

function verb(name: string, description: string): Command {
  return withRemote(new Command(name).description(description)).option(
    '--json',
    'answer with one JSON value',
  );
}

/** A verb about one that is there. */
function verbOnOne(name: string, description: string): Command {
  return verb(name, description)
    .argument('<model>', 'the model, e.g. digits')
    .argument('<upstream>', 'its id or URL, as `upstream list` shows it; `local` is this server itself')
    .option('--why <reason>', 'for the audit');
}

function addVerb(io: Io): Command {
  return verb('add', 'send a model’s requests to one more')
    .argument('<model>', 'the model; one that the registry lacks is then answered by upstreams alone')
    .argument('<url>', 'where its /v2 is, e.g. http://triton:8000; `local` gives this server a weight')
    .option(
      '--weight <n>',
      'its share beside the others’, this server’s being 1; 0: it stands by',
      parseWeight,
      1,
    )
    .option('--our-version <n>', 'which of the registry’s versions it answers for', parseCount)
    .option('--upstream-model <name>', 'what it calls the model')
    .option('--upstream-version <v>', 'what it calls the version; `none` where it has none (KServe)')
    .option(
      '--key-variable <name>',
      'the server’s environment variable, HAVERSACK_UPSTREAM_…, with the key for it',
    )
    .option('--why <reason>', 'for the audit')
    .action(async (model: string, url: string, options: AddOptions) => {
      const added = await clientOf(io, options).add(
        {
          model,
          url,
          weight: options.weight,
          version: options.ourVersion ?? null,
          upstreamModel: options.upstreamModel ?? null,
          upstreamVersion: options.upstreamVersion ?? null,
          keyVariable: options.keyVariable ?? null,
          why: options.why ?? null,
        },
        io.signal,
      );
      print(io, options, added, () => `${model} is answered by ${added.url} too. ${healthOf(added)}\n`);
    });
}

function listVerb(io: Io): Command {
  return verb('list', 'show upstreams, and how they are')
    .argument('[model]', 'of this model only')
    .action(async (model: string | undefined, options: UpstreamOptions) => {
      const upstreams = await clientOf(io, options).list(model, io.signal);
      print(io, options, upstreams, () => (upstreams.length === 0 ? 'No upstreams.\n' : render(upstreams)));
    });
}

function render(upstreams: readonly Upstream[]): string {
  return table(
    ['MODEL', 'URL', 'WEIGHT', 'STATE', 'HEALTH', 'BREAKER', 'UNDER WAY', 'TRIES', 'FAILED', 'MS', 'ID'],
    upstreams.map(({ model, url, weight, state, live, id }) => [
      model,
      url,
      String(weight),
      state,
      live.health,
      live.breaker,
      String(live.outstanding),
      String(live.tries),
      String(live.failures),
      live.latencyMs === null ? '–' : live.latencyMs.toFixed(1),
      id,
    ]),
  );
}

interface ChangeOptions extends UpstreamOptions {
  readonly why?: string;
}

function weightVerb(io: Io): Command {
  return verbOnOne('weight', 'change a share')
    .argument('<weight>', 'beside the others’; 0: it stands by', parseWeight)
    .action(async (model: string, name: string, weight: number, options: ChangeOptions) => {
      const changed = await change(io, model, name, { weight }, options);
      print(io, options, changed, () => `${changed.url} has weight ${changed.weight}.\n`);
    });
}

function drainVerb(io: Io): Command {
  return verbOnOne('drain', 'send nothing new there; what is under way ends').action(
    async (model: string, name: string, options: ChangeOptions) => {
      const changed = await change(io, model, name, { state: 'draining' }, options);
      const { outstanding } = changed.live;
      print(io, options, changed, () => `${changed.url} gets nothing new; ${outstanding} under way.\n`);
    },
  );
}

function resumeVerb(io: Io): Command {
  return verbOnOne('resume', 'use one again that was drained').action(
    async (model: string, name: string, options: ChangeOptions) => {
      const changed = await change(io, model, name, { state: 'active' }, options);
      print(io, options, changed, () => `${changed.url} is used again. ${healthOf(changed)}\n`);
    },
  );
}

function removeVerb(io: Io): Command {
  return verbOnOne('remove', 'use one no more; what is under way ends').action(
    async (model: string, name: string, options: ChangeOptions) => {
      const client = clientOf(io, options);
      const found = await find(client, model, name, io.signal);
      await client.remove(found.id, options.why ?? null, io.signal);
      print(io, options, { id: found.id, model, url: found.url }, () => `${found.url} is removed.\n`);
    },
  );
}

async function change(
  io: Io,
  model: string,
  name: string,
  wanted: { weight?: number; state?: Upstream['state'] },
  options: ChangeOptions,
): Promise<Upstream> {
  const client = clientOf(io, options);
  const { id } = await find(client, model, name, io.signal);
  return client.change(id, { ...wanted, why: options.why ?? null }, io.signal);
}

async function find(
  client: UpstreamsClient,
  model: string,
  name: string,
  signal: AbortSignal,
): Promise<Upstream> {
  const url = URL.canParse(name) ? new URL(name).href.replace(/\/+$/, '') : name;
  const found = (await client.list(model, signal)).filter(each => each.id === name || each.url === url);
  if (found.length > 1) {
    throw new UsageError(
      `${model} has ${name} ${found.length} times: ${found.map(({ id }) => id).join(', ')}.`,
      'Give the id of the one you mean.',
    );
  }
  if (!found[0]) throw new HaversackError('NotFound', `${model} has no upstream ${name}`);
  return found[0];
}

function clientOf(io: Io, options: RemoteOptions): UpstreamsClient {
  return new UpstreamsClient(connect(io, options).client.connection);
}

function healthOf({ url, live }: Upstream): string {
  if (url === localUpstream || live.health === 'up') return 'It is well.';
  return `It is not well: ${live.why ?? 'it was not looked at yet'}.`;
}

function parseWeight(text: string): number {
  const weight = Number(text);
  if (text.trim() !== '' && weight >= 0 && weight <= 1_000_000) return weight;
  throw new InvalidArgumentError('A weight is a number from 0 to 1000000.');
}
