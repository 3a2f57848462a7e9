// A fleet against one server, in its short form; `npm run fleet` is the long one, with the server in a process of its own.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aliasSchema } from '../../src/core/artifact/documents.ts';
import { readDocument } from '../../src/core/artifact/signature.ts';
import { type FleetServer, model, startFleetServer } from './fleet/fleet-server.ts';
import { atOnce, type FleetLine, openLine, percentile } from './fleet/line.ts';
import { type Outcome, SimulatedDevice } from './fleet/simulated-device.ts';

const size = Number(process.env['HAVERSACK_FLEET'] ?? '120');
const isLong = process.env['HAVERSACK_FLEET'] !== undefined;
/** Requests under way at a time: what one machine's sockets stand for the many of a fleet. */
const width = Math.min(size, isLong ? 500 : 40);
/** A release that fails on so many: an operator that some drivers compute otherwise. */
const badShare = 0.4;
const longMs = 600_000;

describe(`a fleet of ${size} devices`, () => {
  const endings: (() => void | Promise<void>)[] = [];
  let server: FleetServer;
  let fleet: SimulatedDevice[];
  let line: FleetLine;

  beforeAll(async () => {
    server = await startFleetServer(size, isLong ? 'own process' : 'here', end => endings.unshift(end));
    line = openLine();
    const fails = (nth: number) => (version: number) => version === 3 && (nth % 10) / 10 < badShare;
    fleet = server.devices.map((key, nth) => new SimulatedDevice(server, key, line, fails(nth)));
  }, longMs);

  afterAll(async () => {
    for (const end of endings) await end();
  }, longMs);

  async function production() {
    return readDocument(await server.admin.alias(model, 'production'), aliasSchema);
  }

  async function release(version: number, share = 1): Promise<void> {
    const { revision } = await production();
    await server.admin.moveAlias(model, 'production', { version, share }, revision);
  }

  /** Everybody looks once. */
  async function everybody(what: string): Promise<Record<Outcome, number>> {
    const before = { ms: line.milliseconds.length, bytes: line.receivedBytes(), at: performance.now() };
    const outcomes = await atOnce(fleet, width, device => device.look());
    const seconds = (performance.now() - before.at) / 1000;
    const counts = { 'nothing new': 0, swapped: 0, 'rolled-back': 0, 'failed before': 0 };
    for (const outcome of outcomes) counts[outcome] += 1;
    if (isLong) tell(what, seconds, before, counts);
    return counts;
  }

  function tell(what: string, seconds: number, before: { ms: number; bytes: number }, counts: object): void {
    const times = line.milliseconds.slice(before.ms);
    const memory = server.peakMemory();
    // Not console.log: Vitest keeps that to itself where nobody watches.
    process.stderr.write(
      `${[
        what,
        `${times.length} requests in ${seconds.toFixed(1)} s (${Math.round(times.length / seconds)}/s)`,
        `p50 ${percentile(times, 0.5).toFixed(0)} ms, p99 ${percentile(times, 0.99).toFixed(0)} ms`,
        `${((line.receivedBytes() - before.bytes) / 1e6).toFixed(1)} MB of content`,
        `server's peak ${memory === null ? '–' : `${(memory / 2 ** 20).toFixed(0)} MiB`}`,
        JSON.stringify(counts),
      ].join(' · ')}\n`,
    );
  }

  it(
    'polls: "nothing new" has no content',
    async () => {
      await everybody('first look');
      const before = line.receivedBytes();
      expect(await everybody('polling')).toMatchObject({ 'nothing new': size });
      expect(line.receivedBytes() - before).toBe(0);
    },
    longMs,
  );

  it(
    'fetches one release at once, and no device fails',
    async () => {
      await release(2);
      expect(await everybody('a release, all at once')).toMatchObject({ swapped: size });
      expect(fleet.filter(device => device.version !== 2)).toEqual([]);
      const { outcomes } = await server.admin.reports({ model, version: 2 });
      expect(outcomes).toEqual({ swapped: size, rolledBack: 0 });
    },
    longMs,
  );

  it(
    'halts a bad release by its reports, long before everybody has it, and goes back with one move',
    async () => {
      await release(3, 1);
      const counts = await everybody('a bad release');
      expect(await production()).toMatchObject({ version: 3, held: true });
      const tried = counts.swapped + counts['rolled-back'];
      // Those that were on their way to it when it was held, and those it took to hold it.
      expect(tried).toBeLessThanOrEqual(width + 60);
      expect(counts['nothing new']).toBe(size - tried);
      expect(await everybody('after it was held')).toMatchObject({ swapped: 0, 'rolled-back': 0 });
      await release(2);
      await everybody('taken back');
      expect(fleet.filter(device => device.version !== 2)).toEqual([]);
    },
    longMs,
  );
});
