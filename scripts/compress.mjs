// Puts `.br` and `.gz` beside every file that shrinks, so that the server compresses nothing while it serves.
import { createHash } from 'node:crypto';
import { copyFile, mkdir, readFile, readdir, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import zlib from 'node:zlib';

const brotli = promisify(zlib.brotliCompress);
const gzip = promisify(zlib.gzip);

const compressible = /\.(html|js|mjs|css|json|svg|wasm|webmanifest|txt|xml|ico)$/;
const worthwhileBytes = 512;
/** Above this, the best level takes minutes for a percent. */
const largeBytes = 1 << 20;

const encodings = [
  {
    extension: 'br',
    level: bytes => (bytes > largeBytes ? 9 : 11),
    encode: (content, level) =>
      brotli(content, {
        params: {
          [zlib.constants.BROTLI_PARAM_QUALITY]: level,
          [zlib.constants.BROTLI_PARAM_LGWIN]: 24,
          [zlib.constants.BROTLI_PARAM_SIZE_HINT]: content.length,
        },
      }),
  },
  {
    extension: 'gz',
    level: bytes => (bytes > largeBytes ? 6 : 9),
    encode: (content, level) => gzip(content, { level }),
  },
];

/**
 * Compresses every file of a folder. What was compressed before is taken from `cache`, by content: ONNX Runtime's WASM is
 * 40 MB and changes with its release only.
 * @param {string} folder
 * @param {string} cache
 * @param {(done: number, all: number) => void} onProgress
 */
export async function compressFolder(folder, cache, onProgress) {
  await mkdir(cache, { recursive: true });
  const names = (await readdir(folder, { recursive: true })).filter(name => compressible.test(name));
  const sized = await Promise.all(
    names.map(async name => ({ path: join(folder, name), bytes: (await stat(join(folder, name))).size })),
  );
  const files = sized.filter(file => file.bytes >= worthwhileBytes).sort((a, b) => b.bytes - a.bytes);
  let done = 0;
  const all = files.length * encodings.length;
  await Promise.all(
    files.flatMap(({ path }) =>
      encodings.map(async encoding => {
        await compressFile(path, encoding, cache);
        onProgress(++done, all);
      }),
    ),
  );
}

async function compressFile(path, { extension, level, encode }, cache) {
  const content = await readFile(path);
  const chosen = level(content.length);
  const kept = join(cache, `${createHash('sha256').update(content).digest('hex')}-${chosen}.${extension}`);
  if (!(await exists(kept))) {
    const temporary = `${kept}.${process.pid}`;
    await writeFile(temporary, await encode(content, chosen));
    await rename(temporary, kept);
  }
  if ((await stat(kept)).size < content.length) await copyFile(kept, `${path}.${extension}`);
}

function exists(path) {
  return stat(path).then(
    () => true,
    () => false,
  );
}
