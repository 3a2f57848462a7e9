// A zip archive on this disk (PKWARE APPNOTE 6.3.10), read by its central directory, which is what every tool goes by: names,
// sizes and kinds are known and judged before a byte is unpacked. `fflate` unpacks streams by their local headers, which
// say nothing of links, and of passwords only in passing.
import { createReadStream, createWriteStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { PassThrough, Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32, createInflateRaw } from 'node:zlib';
import { HaversackError } from '../../src/core/errors.ts';

const zipLimits = {
  entries: 1024,
  nameBytes: 1024,
  /** Unpacked against packed; numbers that a network learned shrink by a fifth at most, zeros a thousandfold. */
  ratio: 100,
  /** Below it the ratio is not looked at. */
  ratioFromBytes: 16 * 2 ** 20,
} as const;

export interface ZipEntry {
  /** With `/` between its parts, none of them `..`. */
  readonly name: string;
  readonly packedBytes: number;
  readonly bytes: number;
  readonly crc: number;
  readonly method: number;
  readonly offset: number;
}

const signatures = { local: 0x04034b50, central: 0x02014b50, end: 0x06054b50 } as const;
const sizes = { local: 30, central: 46, end: 22, comment: 0xffff } as const;
/** Room for a thousand entries with long comments. */
const maxDirectoryBytes = 16 * 2 ** 20;
const methods = { stored: 0, deflated: 8 } as const;
/** Bits of the general purpose flag: encrypted, strongly encrypted, its directory encrypted. */
const encryptedFlags = 0x0001 | 0x0040 | 0x2000;
/** Systems whose external attributes are a Unix mode: Unix, macOS. */
const unixSystems = [3, 19];
const modeKinds = { mask: 0o170000, regular: 0o100000, folder: 0o040000, link: 0o120000 } as const;

/**
 * The plain files of an archive; folders, and what macOS adds for itself, are left out.
 * @param maxBytes of all of them together, unpacked
 * @throws HaversackError `ArchiveInvalid`, `TooLarge`
 */
export async function readZip(path: string, maxBytes: number): Promise<ZipEntry[]> {
  const handle = await open(path);
  try {
    const archiveBytes = (await handle.stat()).size;
    const { count, offset, bytes } = await endOf(handle, archiveBytes);
    const entries = entriesOf(await readAt(handle, offset, bytes), count);
    assertApart(entries, offset);
    assertSize(entries, archiveBytes, maxBytes);
    return entries.filter(({ name }) => !isOfMacOs(name));
  } finally {
    await handle.close();
  }
}

/** @throws HaversackError `ArchiveInvalid` where the entry is not what the directory says */
export async function unpack(path: string, entry: ZipEntry, to: string): Promise<void> {
  const start = await dataStart(path, entry);
  let bytes = 0;
  let crc = 0;
  const meter = new Transform({
    transform(part: Buffer, _encoding, done) {
      bytes += part.length;
      crc = crc32(part, crc);
      // Never more than was judged, whatever the stream holds.
      done(bytes > entry.bytes ? notAsSaid(entry, `more than ${entry.bytes} bytes`) : null, part);
    },
  });
  // `end` is inclusive: of nothing there is no stream.
  const source =
    entry.packedBytes === 0
      ? Readable.from([])
      : createReadStream(path, { start, end: start + entry.packedBytes - 1 });
  const target = createWriteStream(to, { flags: 'wx', mode: 0o600 });
  const unpacking = entry.method === methods.deflated ? createInflateRaw() : new PassThrough();
  await pipeline(source, unpacking, meter, target).catch((error: unknown) => {
    throw isOfZlib(error) ? notAsSaid(entry, `what does not unpack (${error.message})`) : error;
  });
  if (bytes !== entry.bytes) throw notAsSaid(entry, `${bytes} bytes, not ${entry.bytes}`);
  if (crc !== entry.crc) throw notAsSaid(entry, 'other bytes than its checksum is of');
}

async function endOf(
  handle: FileHandle,
  archiveBytes: number,
): Promise<{ count: number; offset: number; bytes: number }> {
  const tailBytes = Math.min(archiveBytes, sizes.end + sizes.comment);
  const tail = await readAt(handle, archiveBytes - tailBytes, tailBytes);
  for (let at = tail.length - sizes.end; at >= 0; at -= 1) {
    const commentBytes = tail.readUInt16LE(at + 20);
    if (tail.readUInt32LE(at) !== signatures.end || at + sizes.end + commentBytes > tail.length) continue;
    const [disk, count, all] = [
      tail.readUInt16LE(at + 4),
      tail.readUInt16LE(at + 8),
      tail.readUInt16LE(at + 10),
    ];
    const [bytes, offset] = [tail.readUInt32LE(at + 12), tail.readUInt32LE(at + 16)];
    if (disk !== 0 || count !== all) throw invalid('it is one part of several');
    if (count === 0xffff || offset === 0xffffffff)
      throw invalid('it is a zip64 archive; send less than 4 GiB');
    if (count > zipLimits.entries) {
      throw new HaversackError(
        'TooLarge',
        `the archive has ${count} entries, at most ${zipLimits.entries} are taken`,
      );
    }
    if (bytes > maxDirectoryBytes || offset + bytes > archiveBytes - tailBytes + at)
      throw invalid('its directory is none');
    return { count, offset, bytes };
  }
  throw invalid('it does not end as a zip archive does');
}

function entriesOf(directory: Buffer, count: number): ZipEntry[] {
  const entries = new Map<string, ZipEntry>();
  let at = 0;
  for (let i = 0; i < count; i += 1) {
    if (at + sizes.central > directory.length || directory.readUInt32LE(at) !== signatures.central) {
      throw invalid(`entry ${i + 1} of ${count} is not in its directory`);
    }
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map(field =>
      directory.readUInt16LE(at + field),
    ) as [number, number, number];
    if (nameBytes > zipLimits.nameBytes) {
      throw new HaversackError(
        'TooLarge',
        `a name in the archive has ${nameBytes} bytes, at most ${zipLimits.nameBytes} are taken`,
      );
    }
    const end = at + sizes.central + nameBytes + extraBytes + commentBytes;
    if (end > directory.length) throw invalid(`entry ${i + 1} of ${count} leaves its directory`);
    const raw = directory.subarray(at + sizes.central, at + sizes.central + nameBytes).toString('utf8');
    const isFolder = assertPlain(raw, directory.subarray(at, at + sizes.central));
    const name = cleanName(raw);
    if (!isFolder) {
      if (entries.has(name)) throw invalid(`'${name}' is in it twice`);
      entries.set(name, entryAt(directory, at, name));
    }
    at = end;
  }
  return [...entries.values()];
}

function entryAt(directory: Buffer, at: number, name: string): ZipEntry {
  const entry = {
    name,
    method: directory.readUInt16LE(at + 10),
    crc: directory.readUInt32LE(at + 16),
    packedBytes: directory.readUInt32LE(at + 20),
    bytes: directory.readUInt32LE(at + 24),
    offset: directory.readUInt32LE(at + 42),
  };
  if ([entry.packedBytes, entry.bytes, entry.offset].includes(0xffffffff)) {
    throw invalid(`'${name}' is in zip64 form; send less than 4 GiB`);
  }
  if (entry.method !== methods.stored && entry.method !== methods.deflated) {
    throw invalid(`'${name}' is packed by method ${entry.method}; stored and deflated are read`);
  }
  return entry;
}

/** Whether it is a folder. What is neither folder nor plain file is refused. */
function assertPlain(name: string, header: Buffer): boolean {
  if ((header.readUInt16LE(8) & encryptedFlags) !== 0) throw invalid(`'${name}' is encrypted`);
  const mode = header.readUInt32LE(38) >>> 16;
  const kind = unixSystems.includes(header[5]!) ? mode & modeKinds.mask : 0;
  if (kind === modeKinds.link) throw invalid(`'${name}' is a link`);
  if (kind !== 0 && kind !== modeKinds.regular && kind !== modeKinds.folder) {
    throw invalid(`'${name}' is no plain file`);
  }
  return name.endsWith('/');
}

/** Windows' separators and drives count, whatever the host. */
function cleanName(name: string): string {
  const parts = name.split(/[\\/]/).filter(part => part !== '' && part !== '.');
  const isAbsolute = /^([\\/]|[A-Za-z]:)/.test(name);
  if (parts.length === 0 || isAbsolute || parts.includes('..') || name.includes('\0')) {
    throw invalid(`'${name}' is a place outside of it`);
  }
  return parts.join('/');
}

/** Entries that share bytes unpack to more than the archive holds (D. Fifield, "A better zip bomb", WOOT 2019). */
function assertApart(entries: readonly ZipEntry[], directoryStart: number): void {
  let free = 0;
  let before = '';
  for (const { name, offset, packedBytes } of [...entries].sort((a, b) => a.offset - b.offset)) {
    if (offset < free) throw invalid(`'${name}' shares its bytes with '${before}'`);
    free = offset + sizes.local + packedBytes;
    before = name;
    if (free > directoryStart) throw invalid(`'${name}' leaves the file`);
  }
}

function assertSize(entries: readonly ZipEntry[], archiveBytes: number, maxBytes: number): void {
  const bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0);
  if (bytes > maxBytes) {
    throw new HaversackError('TooLarge', `the archive holds ${bytes} bytes, at most ${maxBytes} are taken`);
  }
  if (bytes > zipLimits.ratioFromBytes && bytes > archiveBytes * zipLimits.ratio) {
    throw new HaversackError(
      'TooLarge',
      `the archive of ${archiveBytes} bytes holds ${bytes}, more than ${zipLimits.ratio} times as many`,
    );
  }
}

function isOfMacOs(name: string): boolean {
  return name.startsWith('__MACOSX/') || name.split('/').at(-1) === '.DS_Store';
}

/** The local header's own lengths say where the data begins. */
async function dataStart(path: string, entry: ZipEntry): Promise<number> {
  const handle = await open(path);
  try {
    const header = await readAt(handle, entry.offset, sizes.local);
    if (header.readUInt32LE(0) !== signatures.local)
      throw notAsSaid(entry, 'nothing where the directory points');
    return entry.offset + sizes.local + header.readUInt16LE(26) + header.readUInt16LE(28);
  } finally {
    await handle.close();
  }
}

async function readAt(handle: FileHandle, position: number, bytes: number): Promise<Buffer> {
  const buffer = Buffer.alloc(bytes);
  const { bytesRead } = await handle.read(buffer, 0, bytes, position);
  if (bytesRead < bytes) throw invalid('it ends too early');
  return buffer;
}

function isOfZlib(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('Z_');
}

function notAsSaid({ name }: ZipEntry, got: string): HaversackError {
  return invalid(`'${name}' holds ${got}`);
}

function invalid(detail: string): HaversackError {
  return new HaversackError('ArchiveInvalid', detail);
}
