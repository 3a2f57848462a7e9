// The sides of `serving`, each a process on the servers' processors, all with the same model files.
import { mkdir } from 'node:fs/promises';
import { createInterface, type Interface } from 'node:readline';
import { join } from 'node:path';
import { type Peer, startMlserver } from './peers/mlserver.ts';
import { type Cores, freePort, onServerCores, type Side, startSide, untilReady } from './peers/process.ts';
import { startTriton } from './peers/triton.ts';
import { PythonAbsent } from '../scripts/venv.mjs';
import { pushDrawn, startServer } from './server.ts';
import type { ServedModel } from './serving-models.ts';

export const ours = 'Haversack';
export const emptyRoute = 'empty Fastify route';
export const plainServer = 'Fastify and ONNX Runtime, no batching';
export const mlserver = 'MLServer';
export const triton = 'Triton (C++), Python backend';

/** Who answers requests. */
export interface Answerer {
  readonly name: string;
  readonly port: number;
  /** Null where it answers no binary tensors. */
  readonly speaks: readonly ('json' | 'binary')[];
  /** Whether its answers are the model's. */
  readonly computes: boolean;
  /** Pids of its own, for memory and processor time. */
  readonly pid: number;
  readonly close: () => Promise<void>;
}

export interface Absent {
  readonly name: string;
  readonly why: string;
}

export interface Sides {
  readonly answerers: readonly Answerer[];
  readonly absent: readonly Absent[];
  readonly loop: Loop;
  /** Our Model Server without the gateway before it. */
  readonly bare: Answerer;
  /** For our server: an access key, which is looked up, counted and limited. */
  readonly key: string;
  readonly close: () => Promise<void>;
}

/** ONNX Runtime in a loop: rows one after the other, nothing around them. */
export interface Loop {
  /** @returns microseconds an answer */
  run(model: ServedModel, milliseconds: number): Promise<number>;
}

export interface SidesOptions {
  readonly root: string;
  readonly cores: Cores;
  readonly models: readonly ServedModel[];
  /** For their settings; where the models' files are. */
  readonly folder: string;
  readonly tell: (line: string) => void;
}

export async function startSides(options: SidesOptions): Promise<Sides> {
  const { root, cores, models, folder, tell } = options;
  const closing: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const end of closing.reverse()) await end();
  };
  const answerers: Answerer[] = [];
  const absent: Absent[] = [];
  const add = (answerer: Answerer) => {
    answerers.push(answerer);
    closing.push(() => answerer.close());
  };
  const threads = cores.server.length;
  try {
    const { answerer, key } = await startOurs(options);
    add(answerer);
    const bare = await startNode(options, 'bare', 'without the gateway', true);
    closing.push(() => bare.close());
    add(await startNode(options, 'empty', emptyRoute, false));
    add(await startNode(options, 'plain', plainServer, true));
    const peers = [
      { name: mlserver, start: startMlserver, speaks: ['json'] as const },
      { name: triton, start: startTriton, speaks: ['json', 'binary'] as const },
    ];
    for (const { name, start, speaks } of peers) {
      tell(`starting ${name} (installed first, where it is not) …`);
      try {
        const place = join(folder, name.replaceAll(/\W+/g, '-'));
        add(answererOf(name, await start(root, cores, models, place, threads), speaks));
      } catch (thrown) {
        if (!(thrown instanceof PythonAbsent)) throw thrown;
        tell(`NOT MEASURED: ${thrown.message}`);
        absent.push({ name, why: thrown.message });
      }
    }
    const loop = await startLoop(options);
    closing.push(() => loop.side.close());
    return { answerers, absent, loop, bare, key, close };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}

/** As `haversack serve` is: the gate, its limits and its logs are on. */
export async function startOurs({
  root,
  cores,
  models,
}: SidesOptions): Promise<{ answerer: Answerer; key: string }> {
  const server = await startServer(root, { as: command => onServerCores(cores, command) });
  for (const { name, file } of models) {
    // The others are demo models, which it has.
    if (name === 'bench-cnn')
      await pushDrawn(server.client, { name, file, input: { name: '', shape: [] }, warmPredictions: 1 });
  }
  const { key } = await server.client.createKey({
    name: 'bench',
    role: 'device',
    limits: { perMinute: 1_000_000, atOnce: 1_000, perDay: 1_000_000_000 },
  });
  const { port, pid, close } = server;
  const answerer = { name: ours, port, pid, close, speaks: ['json', 'binary'] as const, computes: true };
  return { answerer, key };
}

function answererOf(name: string, { port, child, close }: Peer, speaks: Answerer['speaks']): Answerer {
  return { name, port, pid: child.pid!, close, speaks, computes: true };
}

/** Where `scripts/bench.mjs` puts the program beside the runner. */
const program = '.cache/bench/runner/node-program.js';

export async function startNode(
  { root, cores, folder }: SidesOptions,
  side: string,
  name: string,
  computes: boolean,
): Promise<Answerer> {
  const port = await freePort();
  const started = await startProgram(root, cores, [side, `${port}`, folder, `${cores.server.length}`]);
  return { name, port, pid: started.child.pid!, close: started.close, speaks: ['json', 'binary'], computes };
}

async function startProgram(root: string, cores: Cores, args: readonly string[]): Promise<Side> {
  const side = startSide(cores, [process.execPath, join(root, program), ...args], { cwd: root });
  await untilReady(side, () => side.said().includes('{"ready":true}'));
  return side;
}

async function startLoop({ root, cores, folder }: SidesOptions): Promise<Loop & { readonly side: Side }> {
  await mkdir(folder, { recursive: true });
  const side = await startProgram(root, cores, ['loop', '0', folder, `${cores.server.length}`]);
  const lines = createInterface(side.child.stdout!);
  return {
    side,
    run: async ({ name, input }, milliseconds) => {
      const line = nextLine(lines, side);
      const asked = { model: name, shape: [1, ...input.shape.slice(1)], milliseconds };
      side.child.stdin!.write(`${JSON.stringify(asked)}\n`);
      return (JSON.parse(await line) as { microsecondsAnAnswer: number }).microsecondsAnAnswer;
    },
  };
}

function nextLine(lines: Interface, { child, said }: Side): Promise<string> {
  return new Promise((resolve, reject) => {
    const ended = () => reject(new Error(`the loop ended:\n${said()}`));
    child.once('exit', ended);
    lines.once('line', line => {
      child.off('exit', ended);
      resolve(line);
    });
  });
}
