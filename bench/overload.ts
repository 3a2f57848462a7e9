// `overload`: requests that come by schedule, at once, twice and ten times what the server can answer. What is answered in time
// must stay what it is at its best, who is turned away must be told when to come back, and memory must not grow.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { timeoutHeader } from '../src/core/protocol/timeout-header.ts';
import type { Setting } from './catalogue.ts';
import { compared, limited, type Row } from './harness.ts';
import { closedLoop } from './load/closed-loop.ts';
import { openLoop, type OpenResult } from './load/open-loop.ts';
import { residentBytes } from './load/process-figures.ts';
import { joinCores, partCores } from './peers/process.ts';
import { type Encoding, requestsFor, type ServedModel, servedModels } from './serving-models.ts';
import { type Answerer, startOurs } from './serving-sides.ts';

const loads = [1, 2, 10] as const;
const goodputGoal = 0.9;
/** How long whoever asks waits, told to the server with each request. */
const deadlineMs = 1_000;
/**
 * Of one request. With one row this net takes 3 ms, and to say no to nine others, which takes Node's HTTP alone 25 µs each, is then
 * a tenth of the one processor by itself.
 */
const rowsARequest = 8;
/** Enough that one always waits, few enough that none waits long. */
const peakConnections = 8;
/** What it holds after ten times its load, beside what it held after one. */
const memoryGoal = 1.25;

interface Plan {
  readonly rounds: number;
  readonly turnMs: number;
  readonly encodings: readonly Encoding[];
}
const plans: Readonly<Record<Setting['length'], Plan>> = {
  full: { rounds: 3, turnMs: 8_000, encodings: ['json', 'binary'] },
  short: { rounds: 1, turnMs: 3_000, encodings: ['json'] },
};

/** The 14 MB network: what one core answers of it in a second, ten times that, one other core can ask for. */
export async function overloadBench({ root, tell, length }: Setting): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'haversack-overload-'));
  const cores = partCores();
  try {
    const models = (await servedModels(root, folder)).filter(({ name }) => name === 'bench-cnn');
    const { answerer: server } = await startOurs({ root, cores, models, folder, tell });
    try {
      const rows: Row[] = [];
      for (const encoding of plans[length].encodings) {
        rows.push(...(await measure(server, models[0]!, encoding, plans[length], tell)));
      }
      return rows;
    } finally {
      await server.close();
    }
  } finally {
    joinCores(cores);
    await rm(folder, { recursive: true, force: true });
  }
}

async function measure(
  { port, pid }: Answerer,
  model: ServedModel,
  encoding: Encoding,
  { rounds, turnMs }: Plan,
  tell: Setting['tell'],
): Promise<Row[]> {
  const requests = requestsFor(model, encoding, { [timeoutHeader]: `${deadlineMs}` }, rowsARequest);
  // At its best it is in no hurry: what is loaded with the first request takes its time.
  const patient = requestsFor(model, encoding, {}, rowsARequest);
  const peaks: number[] = [];
  const results = new Map<number, OpenResult[]>(loads.map(times => [times, []]));
  const resident = new Map<number, number[]>(loads.map(times => [times, []]));
  for (let round = 0; round <= rounds; round++) {
    const peak = await closedLoop({
      port,
      requests: patient,
      connections: peakConnections,
      milliseconds: turnMs,
    });
    if (round > 0) peaks.push(peak.microsecondsAnAnswer);
    for (const times of loads) {
      const perSecond = (times * 1e6) / peak.microsecondsAnAnswer;
      const result = await openLoop({ port, requests, perSecond, milliseconds: turnMs, deadlineMs });
      tell(`${encoding}, ${times} × ${Math.round(perSecond / times)}/s: ${JSON.stringify(result)}`);
      assertClean(result);
      if (round === 0) continue;
      results.get(times)!.push(result);
      resident.get(times)!.push((residentBytes(pid) ?? 0) / 2 ** 20);
    }
  }
  return [
    ...loads.map(times => goodputRow(`${model.name}, ${encoding}, ${times} ×`, results.get(times)!, peaks)),
    ...memoryRows(`${model.name}, ${encoding}, ${loads.at(-1)!} ×`, resident),
  ];
}

/** Who is turned away is told when to come back; nothing breaks. */
function assertClean({ failed, shedWithoutRetryAfter }: OpenResult): void {
  if (Object.keys(failed).length > 0)
    throw new Error(`answers that should not be: ${JSON.stringify(failed)}`);
  if (shedWithoutRetryAfter > 0) throw new Error(`${shedWithoutRetryAfter} shed answers without Retry-After`);
}

function goodputRow(name: string, results: readonly OpenResult[], peaks: readonly number[]): Row {
  const row = { case: name, metric: 'µs an answer in time', peer: 'at its best', goal: goodputGoal };
  const last = results.at(-1)!;
  const note = [
    `${Math.round(last.goodPerSecond)}/s in time, p99 ${last.goodP99Ms.toFixed(0)} ms`,
    `${last.shed} of ${last.due} shed within ${Number.isNaN(last.shedP99Ms) ? 0 : last.shedP99Ms.toFixed(0)} ms (p99)`,
    `${last.late + last.givenUp} late`,
  ].join(', ');
  const figures = results.map(({ goodPerSecond }) => 1e6 / goodPerSecond);
  return { ...compared(row, figures, peaks), note };
}

function memoryRows(name: string, resident: ReadonlyMap<number, readonly number[]>): Row[] {
  const [before] = resident.get(1)!;
  if (!before) return [];
  const limit = memoryGoal * before;
  const limitName = `${memoryGoal} × what it held at 1 ×`;
  return [limited({ case: name, metric: 'MiB resident', limit, limitName }, resident.get(loads.at(-1)!)!)];
}
