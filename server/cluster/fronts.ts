// Front processes, all of them: so many that every core has work, in front of the one process that keeps everything.
import cluster from 'node:cluster';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { ConnectionCounts, maxConnectionsOfAddress } from '../gateway/connections.ts';
import type { Families } from '../telemetry/metric-list.ts';
import type { Answering } from './desk.ts';
import { FrontProcess } from './front-process.ts';
import type { Certificate, FrontSettings } from './tells.ts';

export interface FrontsOptions {
  /** The built program of a front. */
  readonly program: string;
  readonly count: number;
  readonly settings: FrontSettings;
  readonly answering: Answering;
  readonly families: Families;
  readonly log: Logger;
}

/** What a front could not listen for; `code` as the system has it. */
export class NotListening extends Error {
  override readonly name = 'NotListening';
  readonly code: string | null;

  constructor(code: string | null, message: string) {
    super(message);
    this.code = code;
  }
}

export class Fronts {
  readonly #all: FrontProcess[];
  #settings: FrontSettings;

  private constructor({ count, settings, program, ...rest }: FrontsOptions) {
    this.#settings = settings;
    // What this process was started with is its own.
    cluster.setupPrimary({
      exec: program,
      args: [],
      execArgv: [],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc', 'pipe'],
    });
    const connections = new ConnectionCounts(maxConnectionsOfAddress);
    this.#all = Array.from({ length: count }, (_, nth) => {
      return new FrontProcess({
        ...rest,
        name: String(nth + 1),
        settings: () => this.#settings,
        connections,
      });
    });
  }

  /** Resolves when all listen. @throws NotListening where one does not; then none is left. */
  static async start(options: FrontsOptions): Promise<Fronts> {
    const fronts = new Fronts(options);
    for (const outcome of await Promise.all(fronts.#all.map(front => front.outcome()))) {
      if (typeof outcome === 'number') {
        // Whoever is started anew takes the place of one that was there.
        fronts.#settings = { ...fronts.#settings, port: outcome };
        continue;
      }
      await Promise.all(fronts.#all.map(front => front.kill()));
      throw new NotListening(outcome.code, outcome.message);
    }
    return fronts;
  }

  get port(): number {
    return this.#settings.port;
  }

  /** From the next connection on. */
  renew(certificate: Certificate): void {
    this.#settings = { ...this.#settings, tls: certificate };
    for (const front of this.#all) front.tell({ kind: 'certificate', certificate });
  }

  /** Takes nothing new, ends what is under way. Resolves when all are gone, after `cutMs` by force. */
  async drain(cutMs: number): Promise<void> {
    const cut = setTimeout(() => {
      for (const front of this.#all) void front.kill();
    }, cutMs);
    await Promise.all(this.#all.map(front => front.drain()));
    clearTimeout(cut);
  }
}

/** Where the primary takes what fronts pass on: in a folder that nobody else enters, and that goes with this process at the latest. */
export function innerSocket(): { readonly path: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'haversack-'));
  const remove = (): void => {
    process.off('exit', remove);
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', remove);
  return { path: join(folder, 'inner'), remove };
}
