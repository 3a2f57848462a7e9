// The short form; `npm run crash:server -- --kills 1000` is the long one.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';
import { beforeAll, expect, it } from 'vitest';
import { serverConfig } from '../../../scripts/build.mjs';
import { sweep } from './lives.ts';

const outDir = join(process.cwd(), '.cache/crash-server');

beforeAll(async () => {
  mkdirSync(outDir, { recursive: true });
  await build(serverConfig(outDir));
}, 120_000);

it('loses nothing it acknowledged, at whatever point of its writing it is killed', async () => {
  const kills = Number(process.env['HAVERSACK_KILLS'] ?? 6);
  const { killed, acknowledged, faults } = await sweep({ program: join(outDir, 'main.js'), kills });
  expect(faults).toEqual([]);
  // Else the kills came too late, or too early, to show anything.
  expect(killed).toBeGreaterThan(kills / 2);
  expect(acknowledged).toBeGreaterThan(0);
  console.info(`${killed} kills, ${acknowledged} acknowledgements kept`);
}, 14_400_000);
