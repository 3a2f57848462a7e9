// `npm run -s bench`: lists the benchmarks, or runs one and tells its result on stdout, as a table or as JSON.
import { parseArgs } from 'node:util';
import { catalogue, type Setting } from './catalogue.ts';
import { type BenchResult, machineLine, render } from './harness.ts';
import { openBrowser } from './browser.ts';
import { ownGpu } from '../scripts/chromium.mjs';

/** @returns the process's exit code: 1 where a goal was missed or the run failed, 2 for wrong usage */
export async function main(root: string, args: string[]): Promise<0 | 1 | 2> {
  const tell = (line: string) => process.stderr.write(`${line}\n`);
  const asked = parse(args);
  if (typeof asked === 'string') {
    tell(`Wrong usage.\n${asked}\n\`npm run -s bench\` lists the benchmarks.`);
    return 2;
  }
  const { name, json, only, length } = asked;
  if (name === undefined) {
    process.stdout.write(json ? `${JSON.stringify(Object.keys(catalogue))}\n` : list());
    return 0;
  }
  const bench = catalogue[name];
  if (!bench) {
    tell(`Wrong usage.\nThere is no benchmark ${name}.\n\`npm run -s bench\` lists those there are.`);
    return 2;
  }
  if (only !== null && !bench.cases?.includes(only)) {
    const there = bench.cases ? `; it has ${bench.cases.join(', ')}` : '';
    tell(`Wrong usage.\n${name} has no case ${only}${there}.`);
    return 2;
  }
  // First: where the GPU that is to be measured is not there, nothing is.
  const machine = machineLine(bench.inNode ? 'no browser' : await browserName());
  const rows = await bench.run({ root, tell, only, length });
  const result: BenchResult = { bench: name, machine, rows };
  process.stdout.write(json ? `${JSON.stringify(result, null, 2)}\n` : render(result));
  return rows.some(({ met }) => met === false) ? 1 : 0;
}

interface Asked extends Pick<Setting, 'only' | 'length'> {
  readonly name: string | undefined;
  readonly json: boolean;
}

function parse(args: string[]): Asked | string {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        json: { type: 'boolean', default: false },
        only: { type: 'string' },
        short: { type: 'boolean', default: false },
      },
    });
    if (positionals.length > 1) return `One benchmark at a time, got ${positionals.join(', ')}.`;
    const { json, only = null, short } = values;
    return { name: positionals[0], json, only, length: short ? 'short' : 'full' };
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown);
  }
}

function list(): string {
  const width = Math.max(...Object.keys(catalogue).map(name => name.length));
  return Object.entries(catalogue)
    .map(([name, { compares }]) => `${name.padEnd(width)}  ${compares}\n`)
    .join('');
}

/** With the GPU's, where one is measured. */
async function browserName(): Promise<string> {
  const browser = await openBrowser({ webgpu: ownGpu });
  await browser.close();
  return browser.name;
}
