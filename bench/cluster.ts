// `cluster`: a server behind front processes beside the same in one process: answers a second, and what one costs the process that
// decides and computes, of which there is only one. Needs no browser.
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Setting } from './catalogue.ts';
import { compared, type Row, spread } from './harness.ts';
import type { ClosedResult } from './load/closed-loop.ts';
import { Generators } from './load/generators.ts';
import { ownProcessorSeconds, processorSeconds } from './load/process-figures.ts';
import { type BenchServer, startServer } from './server.ts';
import { type Encoding, requestsFor, type ServedModel, servedModels } from './serving-models.ts';

export const clusterCases = ['iris', 'digits'];
const encodings: readonly Encoding[] = ['json', 'binary'];
const concurrencies = [16, 128] as const;
/** What an answer costs the primary, beside the one process. */
const primaryGoal = 3;

interface Plan {
  readonly rounds: number;
  readonly turnMs: number;
  /** Three processes are to be compiled hot: until then they cost several times as much. */
  readonly warmUpMs: number;
}
const plans: Readonly<Record<Setting['length'], Plan>> = {
  full: { rounds: 5, turnMs: 2_000, warmUpMs: 6_000 },
  short: { rounds: 2, turnMs: 500, warmUpMs: 3_000 },
};

/** One core is the primary's, and a few are the load's. */
interface Shares {
  readonly generators: number;
  readonly fronts: number;
}

interface Sides {
  readonly one: BenchServer;
  readonly cluster: BenchServer;
  readonly generators: Generators;
}

export async function clusterBench({ root, tell, only, length }: Setting): Promise<Row[]> {
  const shares = sharesOf(availableParallelism());
  const closing: (() => void | Promise<void>)[] = [];
  try {
    const folder = await mkdtemp(join(tmpdir(), 'haversack-cluster-'));
    closing.push(() => rm(folder, { recursive: true, force: true }));
    const all = await servedModels(root, folder);
    const models = all.filter(({ name }) => (only === null ? clusterCases.includes(name) : name === only));
    tell(`${shares.fronts} front(s), ${shares.generators} process(es) of load …`);
    const start = async (workers: number) => {
      const server = await startServer(root, { env: { HAVERSACK_WORKERS: String(workers) } });
      closing.push(() => server.close());
      return server;
    };
    const [one, cluster] = [await start(0), await start(shares.fronts)];
    const generators = await Generators.start(
      join(import.meta.dirname, 'load-program.js'),
      shares.generators,
    );
    closing.push(() => generators.close());
    const rows: Row[] = [];
    for (const model of models) {
      for (const encoding of encodings) {
        for (const connections of concurrencies) {
          tell(`${model.name}, ${encoding}, ${connections} connections …`);
          const each = { model, encoding, connections };
          rows.push(...(await measure({ one, cluster, generators }, each, plans[length], shares)));
        }
      }
    }
    return rows;
  } finally {
    for (const close of closing.reverse()) await close();
  }
}

function sharesOf(cores: number): Shares {
  const generators = Math.max(1, Math.floor(cores / 4));
  return { generators, fronts: Math.max(1, cores - generators - 1) };
}

interface Case {
  readonly model: ServedModel;
  readonly encoding: Encoding;
  readonly connections: number;
}

/** In microseconds an answer: of the process that was started, and of those below it. */
interface Figures extends ClosedResult {
  readonly own: number;
  readonly below: number;
}

async function measure(
  { one, cluster, generators }: Sides,
  { model, encoding, connections }: Case,
  { rounds, turnMs, warmUpMs }: Plan,
  { fronts }: Shares,
): Promise<Row[]> {
  const requests = requestsFor(model, encoding);
  const turn = async ({ port, pid }: BenchServer, milliseconds: number): Promise<Figures> => {
    const before = { own: ownProcessorSeconds(pid), all: processorSeconds(pid) };
    const result = await generators.run({ port, requests, connections, milliseconds });
    const own = used(before.own, ownProcessorSeconds(pid), result);
    return { ...result, own, below: used(before.all, processorSeconds(pid), result) - own };
  };
  const figures: { readonly one: Figures; readonly cluster: Figures }[] = [];
  for (let round = 0; round <= rounds; round++) {
    // What else the machine does falls on both; the first round warms up.
    const ms = round === 0 ? warmUpMs : turnMs;
    const first = round % 2 === 0 ? await turn(one, ms) : null;
    const mine = await turn(cluster, ms);
    const theirs = first ?? (await turn(one, ms));
    if (round > 0) figures.push({ one: theirs, cluster: mine });
  }
  const of = (side: 'one' | 'cluster', figure: keyof Figures) => figures.map(each => each[side][figure]);
  const named = { case: `${model.name}, ${encoding}, ${connections}`, peer: 'one process' };
  const row = (metric: string, figure: keyof Figures, goal: number | null): Row =>
    compared({ ...named, metric, goal }, of('cluster', figure), of('one', figure));
  const throughput = row('µs an answer', 'microsecondsAnAnswer', null);
  return [
    {
      ...throughput,
      note: `${perSecond(throughput.ours!.median)} beside ${perSecond(throughput.theirs!.median)}`,
    },
    row('ms p50', 'p50Ms', null),
    row('ms p99', 'p99Ms', null),
    ...(process.platform === 'linux'
      ? [
          row('µs of CPU an answer, primary', 'own', primaryGoal),
          {
            ...row('µs of CPU an answer, fronts', 'own', null),
            ours: spread(of('cluster', 'below')),
            theirs: null,
            ratio: null,
            note: `${fronts} of them`,
          },
        ]
      : []),
  ];
}

function used(before: number | null, after: number | null, { answers }: ClosedResult): number {
  return before === null || after === null ? NaN : ((after - before) * 1e6) / answers;
}

function perSecond(microseconds: number): string {
  return `${Math.round(1e6 / microseconds).toLocaleString('en')}/s`;
}
