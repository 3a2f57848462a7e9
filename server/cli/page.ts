// `haversack page`: a version as a page that runs it alone, in a folder or a zip.
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { zipSync } from 'fflate';
import { variantFile } from '../../src/client/trusted-registry.ts';
import type { Bytes } from '../../src/core/artifact/digest.ts';
import { composePage, type PageFile, requirePage } from '../../src/core/page/compose-page.ts';
import { z } from '../../src/core/zod.ts';
import { builtApp } from './built-app.ts';
import { connect, type RemoteOptions, withRemote } from './connect.ts';
import type { Io } from './io.ts';
import { parseModelName } from './model-name.ts';
import { formatBytes, type OutputOptions, print, progressLine } from './output.ts';
import { requirePageFolder, writePageFolder } from './page-folder.ts';
import { writeWhole } from './write-whole.ts';

interface PageOptions extends RemoteOptions, OutputOptions {
  readonly out: string;
  readonly variant?: string;
  readonly licence?: string;
  readonly registryKey?: string;
}

export function pageCommand(io: Io): Command {
  const command = new Command('page')
    .description('write a page that runs one version alone: for any web host, or opened from a disk')
    .argument('<model>', 'MODEL, MODEL@N or MODEL@ALIAS (without @: production)')
    .requiredOption(
      '-o, --out <path>',
      'a folder, which is made or has an older page; or a file that ends in .zip',
    )
    .option('--variant <name>', 'fp32, int8, …; else what was uploaded')
    .option('--licence <text>', 'of the model, to be shown on the page')
    .option('--registry-key <id>', 'refuse a registry whose key is another')
    .option('--json', 'answer with one JSON value');
  return withRemote(command)
    .addHelpText(
      'after',
      '\nExample:\n  haversack page digits@production --variant int8 -o ./digits-page && npx serve ./digits-page\n',
    )
    .action((name: string, options: PageOptions) => page(io, name, options));
}

async function page(io: Io, text: string, options: PageOptions): Promise<void> {
  const name = parseModelName(text);
  const out = resolve(io.cwd, options.out);
  if (!isZip(out)) await requirePageFolder(out);
  const app = builtApp('Run `npm run build`: the page is made of it.');
  const registry = await connect(io, options).openRegistry();
  const opened = await registry.version(name.model, await registry.resolve(name));
  const named = variantFile(opened, options.variant);
  const { version } = opened.manifest;
  requirePage({ body: opened.manifest, file: { length: named.ref.bytes } });
  const progress = progressLine(io, `page ${name.model}@${version}`);
  const { file } = await registry.file(named, null, progress.show, io.signal).finally(progress.end);
  const { variant } = named.of;
  const of = { body: opened.manifest, version, variant, file, licence: options.licence ?? null };
  const files = await composePage(of, part => readBytes(join(app, 'page', part)), await readWasm(app));
  await write(out, files);
  const bytes = files.reduce((sum, each) => sum + each.bytes.length, 0);
  const value = {
    model: name.model,
    version,
    variant,
    out: options.out,
    bytes,
    files: files.map(({ path }) => path),
  };
  print(io, options, value, () => {
    const size = `${files.length} files, ${formatBytes(bytes)}`;
    return `${name.model}@${version} ${variant} is a page in ${options.out}: ${size}. Open its index.html.\n`;
  });
}

const runtimeListSchema = z.object({ wasm: z.array(z.string()) });

/** The one that the app's own workers run. */
async function readWasm(app: string): Promise<Bytes> {
  const list = runtimeListSchema.parse(JSON.parse(await readFile(join(app, 'runtime.json'), 'utf8')));
  const path = list.wasm.find(file => file.endsWith('.wasm'));
  if (path === undefined) throw new Error('runtime.json names no .wasm: the app was not built whole');
  return readBytes(join(app, path));
}

async function readBytes(path: string): Promise<Bytes> {
  return new Uint8Array(await readFile(path));
}

async function write(out: string, files: readonly PageFile[]): Promise<void> {
  if (!isZip(out)) return writePageFolder(out, files);
  const packed = zipSync(Object.fromEntries(files.map(({ path, bytes }) => [path, bytes])), { level: 6 });
  return writeWhole(out, new Uint8Array(packed));
}

function isZip(out: string): boolean {
  return out.endsWith('.zip');
}
