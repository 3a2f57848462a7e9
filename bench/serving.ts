// `serving`: answers a second and how long one takes, by model, encoding and connections, beside what would bound them (an empty
// route, ONNX Runtime in a loop) and who else serves ONNX files. Load and servers run on processors of their own.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Setting } from './catalogue.ts';
import { compared, interleaved, limited, type Row, surplus } from './harness.ts';
import { closedLoop, type ClosedResult } from './load/closed-loop.ts';
import { Connection } from './load/connection.ts';
import { processorSeconds } from './load/process-figures.ts';
import { joinCores, partCores } from './peers/process.ts';
import { type Encoding, numbersOf, requestsFor, type ServedModel, servedModels } from './serving-models.ts';
import {
  type Answerer,
  emptyRoute,
  mlserver,
  ours,
  plainServer,
  type Sides,
  type SidesOptions,
  startNode,
  startSides,
  triton,
} from './serving-sides.ts';

const encodings: readonly Encoding[] = ['json', 'binary'];
const concurrencies = [1, 16, 128] as const;
/** Of the gate, its limits, logs and counters. */
const maxGatewayMs = 0.3;
/** Both compute in float32; in which order they add is theirs. */
const maxDifference = 1e-4;

export const servingCases = ['iris', 'digits', 'bench-cnn'];

interface Plan {
  readonly rounds: number;
  readonly turnMs: number;
}
const plans: Readonly<Record<Setting['length'], Plan>> = {
  full: { rounds: 5, turnMs: 1_500 },
  short: { rounds: 2, turnMs: 500 },
};

export async function servingBench({ root, tell, only, length }: Setting): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'haversack-serving-'));
  const cores = partCores();
  try {
    const models = (await servedModels(root, folder)).filter(({ name }) => only === null || only === name);
    const options: SidesOptions = { root, cores, models, folder, tell };
    if (!cores.apart) tell('Load and servers share the processors: figures are not comparable with others.');
    const sides = await startSides(options);
    try {
      const rows = [await ceilingRow(options, plans[length])];
      for (const model of models) {
        if (model.name !== 'bench-cnn') rows.push(...(await gatewayRows(sides, model, plans[length], tell)));
        for (const encoding of encodings) {
          await assertSameAnswers(sides, model, encoding);
          for (const connections of concurrencies) {
            tell(`${model.name}, ${encoding}, ${connections} connections …`);
            rows.push(...(await measure(sides, { model, encoding, connections }, plans[length])));
          }
        }
      }
      return rows;
    } finally {
      await sides.close();
    }
  } finally {
    joinCores(cores);
    await rm(folder, { recursive: true, force: true });
  }
}

/** What the load itself can: nobody measured with it may come near. */
async function ceilingRow(options: SidesOptions, { rounds, turnMs }: Plan): Promise<Row> {
  const ceiling = await startNode(options, 'ceiling', 'ceiling', false);
  try {
    const requests = requestsFor(options.models[0]!, 'json');
    const figures: number[] = [];
    for (let round = 0; round <= rounds; round++) {
      const load = { port: ceiling.port, requests, connections: 128, milliseconds: turnMs };
      const { microsecondsAnAnswer } = await closedLoop(load);
      if (round > 0) figures.push(microsecondsAnAnswer);
    }
    const row = compared(
      { case: 'the load alone', metric: 'µs an answer', peer: 'a socket that answers unread', goal: null },
      figures,
      figures,
    );
    return {
      ...row,
      theirs: null,
      ratio: null,
      note: `${perSecond(row.ours!.median)}: the most that can be told`,
    };
  } finally {
    await ceiling.close();
  }
}

/** One request after the other, each with and without what stands before the Model Server. */
async function gatewayRows(
  { answerers, bare, key }: Sides,
  model: ServedModel,
  { rounds, turnMs }: Plan,
  tell: Setting['tell'],
): Promise<Row[]> {
  tell(`${model.name}: what the gateway costs …`);
  const callers = [
    { name: 'nobody in particular, on loopback', headers: {} },
    { name: 'an access key with limits', headers: { Authorization: `Bearer ${key}` } },
  ];
  const rows: Row[] = [];
  for (const { name, headers } of callers) {
    const p50 = async (port: number) => {
      const load = { port, requests: requestsFor(model, 'json', headers), connections: 1 };
      return (await closedLoop({ ...load, milliseconds: turnMs })).p50Ms;
    };
    const { ours: whole, theirs: alone } = await interleaved(
      { count: rounds, warmUps: 1 },
      () => p50(answerers[0]!.port),
      () => p50(bare.port),
    );
    const row = { case: `${model.name}, json, 1, ${name}`, metric: 'ms more at p50' };
    const limitName = `${maxGatewayMs} ms over the Model Server alone`;
    rows.push(surplus({ ...row, limit: maxGatewayMs, limitName }, whole, alone));
  }
  return rows;
}

interface Figures extends ClosedResult {
  /** Of the server's processes, in microseconds an answer: what a busy machine does not change. */
  readonly cpu: number;
}

interface Case {
  readonly model: ServedModel;
  readonly encoding: Encoding;
  readonly connections: number;
}

async function measure(sides: Sides, each: Case, { rounds, turnMs }: Plan): Promise<Row[]> {
  const { model, encoding, connections } = each;
  const requests = requestsFor(model, encoding);
  const takers = sides.answerers.filter(({ speaks }) => speaks.includes(encoding));
  const results = new Map<string, Figures[]>(takers.map(({ name }) => [name, []]));
  const loops: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    for (let nth = 0; nth < takers.length; nth++) {
      const taker = takers[(nth + round) % takers.length]!;
      const load = {
        port: taker.port,
        requests,
        connections,
        milliseconds: turnMs,
      };
      const before = processorSeconds(taker.pid);
      const result = await closedLoop(load);
      const used = before === null ? NaN : processorSeconds(taker.pid)! - before;
      // The first round warms up.
      if (round > 0) results.get(taker.name)!.push({ ...result, cpu: (used * 1e6) / result.answers });
    }
    const looped = await sides.loop.run(model, turnMs);
    if (round > 0) loops.push(looped);
  }
  return rowsOf(sides, each, results, loops);
}

function rowsOf(
  { answerers, absent }: Sides,
  { model, encoding, connections }: Case,
  results: ReadonlyMap<string, readonly Figures[]>,
  loops: readonly number[],
): Row[] {
  const named = { case: `${model.name}, ${encoding}, ${connections}` };
  const figures = (name: string, figure: keyof Figures) => results.get(name)!.map(each => each[figure]);
  const throughput = figures(ours, 'microsecondsAnAnswer');
  const rows: Row[] = [];
  for (const peer of answerers.map(({ name }) => name).filter(name => name !== ours)) {
    const metric = 'µs an answer';
    if (!results.has(peer)) {
      rows.push(unanswered({ ...named, metric, peer }, throughput, 'does not speak it'));
      continue;
    }
    const goal = goalBeside(peer, model.name, connections);
    const theirs = figures(peer, 'microsecondsAnAnswer');
    rows.push(withRates(compared({ ...named, metric, peer, goal }, throughput, theirs)));
    if (process.platform === 'linux') {
      const row = { ...named, metric: 'µs of CPU an answer', peer, goal: null };
      rows.push(compared(row, figures(ours, 'cpu'), figures(peer, 'cpu')));
    }
    if (peer === emptyRoute) continue;
    for (const [figure, name] of [
      ['p50Ms', 'p50'],
      ['p99Ms', 'p99'],
    ] as const) {
      const row = { ...named, metric: `ms ${name}`, peer, goal: null };
      rows.push(compared(row, figures(ours, figure), figures(peer, figure)));
    }
  }
  for (const { name, why } of absent)
    rows.push(unanswered({ ...named, metric: 'µs an answer', peer: name }, throughput, why));
  const goal = model.name === 'bench-cnn' && connections > 1 ? 0.85 : null;
  const loop = { ...named, metric: 'µs an answer', peer: 'ONNX Runtime in a loop', goal };
  rows.push(withRates(compared(loop, throughput, loops)));
  return rows;
}

/** The least ratio that will do. One connection is bound by the way there and back, not by who answers. */
function goalBeside(peer: string, model: string, connections: number): number | null {
  const isSmall = model !== 'bench-cnn';
  switch (peer) {
    case emptyRoute:
      return isSmall && connections > 1 ? 0.6 : null;
    case mlserver:
      return isSmall ? 5 : null;
    case triton:
      return 1;
    case plainServer:
      return connections === 128 ? 2 : null;
    default:
      return null;
  }
}

function withRates(row: Row): Row {
  return { ...row, note: `${perSecond(row.ours!.median)} beside ${perSecond(row.theirs!.median)}` };
}

function unanswered(
  row: Pick<Row, 'case' | 'metric' | 'peer'>,
  figures: readonly number[],
  note: string,
): Row {
  const { ours } = limited({ ...row, limit: 1, limitName: row.peer }, figures);
  return { ...row, ours, theirs: null, ratio: null, goal: null, met: null, note };
}

function perSecond(microseconds: number): string {
  return `${Math.round(1e6 / microseconds).toLocaleString('en')}/s`;
}

/** Whoever computes gives the same answers, to each of the requests that are measured. */
async function assertSameAnswers(sides: Sides, model: ServedModel, encoding: Encoding): Promise<void> {
  const requests = requestsFor(model, encoding);
  const takers = sides.answerers.filter(({ computes, speaks }) => computes && speaks.includes(encoding));
  const expected = await answersOf(takers[0]!, requests);
  for (const taker of takers.slice(1)) {
    const given = await answersOf(taker, requests);
    const difference = Math.max(
      ...expected.flatMap((row, nth) => row.map((x, i) => Math.abs(x - given[nth]![i]!))),
    );
    if (difference <= maxDifference) continue;
    throw new Error(`${model.name}, ${encoding}: ${taker.name} differs from ${ours} by ${difference}`);
  }
}

async function answersOf({ name, port }: Answerer, requests: readonly Buffer[]): Promise<number[][]> {
  const connection = await Connection.open(port);
  try {
    const rows: number[][] = [];
    for (const request of requests) {
      const { status, head, body } = await connection.ask(request);
      if (status !== 200) throw new Error(`${name}: ${head}\n${body.toString().slice(0, 400)}`);
      rows.push(numbersOf(head, body));
    }
    return rows;
  } finally {
    connection.close();
  }
}
