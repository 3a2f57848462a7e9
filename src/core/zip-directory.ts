// A zip archive's directory (PKWARE APPNOTE 6.3.10), which is what every tool goes by: names, sizes and kinds are known and
// judged before a byte is unpacked. Reads no file: whoever has the archive gives its parts.
import { HaversackError } from './errors.ts';

type Bytes = Uint8Array<ArrayBuffer>;

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
/** Of an entry's header before its data, without its name. */
export const localHeaderBytes = sizes.local;
/** Room for a thousand entries with long comments. */
const maxDirectoryBytes = 16 * 2 ** 20;
export const zipMethods = { stored: 0, deflated: 8 } as const;
/** Bits of the general purpose flag: encrypted, strongly encrypted, its directory encrypted. */
const encryptedFlags = 0x0001 | 0x0040 | 0x2000;
/** Systems whose external attributes are a Unix mode: Unix, macOS. */
const unixSystems = [3, 19];
const modeKinds = { mask: 0o170000, regular: 0o100000, folder: 0o040000, link: 0o120000 } as const;

/** Where the directory is. */
export interface ZipEnd {
  readonly count: number;
  readonly offset: number;
  readonly bytes: number;
}

/** How much of the archive's end `readZipEnd` is to be given. */
export function zipTailBytes(archiveBytes: number): number {
  return Math.min(archiveBytes, sizes.end + sizes.comment);
}

/** @throws HaversackError `ArchiveInvalid`, `TooLarge` */
export function readZipEnd(
  tail: Bytes,
  archiveBytes: number,
  maxEntries: number = zipLimits.entries,
): ZipEnd {
  const view = viewOf(tail);
  for (let at = tail.length - sizes.end; at >= 0; at -= 1) {
    if (view.getUint32(at, true) !== signatures.end) continue;
    if (at + sizes.end + view.getUint16(at + 20, true) > tail.length) continue;
    const [disk, count, all] = [4, 8, 10].map(field => view.getUint16(at + field, true)) as [
      number,
      number,
      number,
    ];
    const [bytes, offset] = [12, 16].map(field => view.getUint32(at + field, true)) as [number, number];
    if (disk !== 0 || count !== all) throw invalidZip('it is one part of several');
    if (count === 0xffff || offset === 0xffffffff)
      throw invalidZip('it is a zip64 archive; send less than 4 GiB');
    if (count > maxEntries) {
      throw new HaversackError(
        'TooLarge',
        `the archive has ${count} entries, at most ${maxEntries} are taken`,
      );
    }
    if (bytes > maxDirectoryBytes || offset + bytes > archiveBytes - tail.length + at)
      throw invalidZip('its directory is none');
    return { count, offset, bytes };
  }
  throw invalidZip('it does not end as a zip archive does');
}

/**
 * The plain files of an archive; folders, and what macOS adds for itself, are left out.
 * @param maxBytes of all of them together, unpacked
 * @throws HaversackError `ArchiveInvalid`, `TooLarge`
 */
export function readZipEntries(
  directory: Bytes,
  { count, offset }: ZipEnd,
  archiveBytes: number,
  maxBytes: number,
): ZipEntry[] {
  const entries = entriesOf(directory, count);
  assertApart(entries, offset);
  assertSize(entries, archiveBytes, maxBytes);
  return entries.filter(({ name }) => !isOfMacOs(name));
}

/**
 * Where an entry's data begins in the archive: its local header's own lengths say so.
 * @param header the first `localHeaderBytes` at the entry's offset
 */
export function zipDataStart(header: Bytes, entry: ZipEntry): number {
  const view = viewOf(header);
  if (view.getUint32(0, true) !== signatures.local)
    throw notAsSaid(entry, 'nothing where the directory points');
  return entry.offset + sizes.local + view.getUint16(26, true) + view.getUint16(28, true);
}

export function notAsSaid({ name }: ZipEntry, got: string): HaversackError {
  return invalidZip(`'${name}' holds ${got}`);
}

export function invalidZip(detail: string): HaversackError {
  return new HaversackError('ArchiveInvalid', detail);
}

function viewOf(bytes: Bytes): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

function entriesOf(directory: Bytes, count: number): ZipEntry[] {
  const view = viewOf(directory);
  const entries = new Map<string, ZipEntry>();
  let at = 0;
  for (let i = 0; i < count; i += 1) {
    if (at + sizes.central > directory.length || view.getUint32(at, true) !== signatures.central) {
      throw invalidZip(`entry ${i + 1} of ${count} is not in its directory`);
    }
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map(field =>
      view.getUint16(at + field, true),
    ) as [number, number, number];
    if (nameBytes > zipLimits.nameBytes) {
      throw new HaversackError(
        'TooLarge',
        `a name in the archive has ${nameBytes} bytes, at most ${zipLimits.nameBytes} are taken`,
      );
    }
    const end = at + sizes.central + nameBytes + extraBytes + commentBytes;
    if (end > directory.length) throw invalidZip(`entry ${i + 1} of ${count} leaves its directory`);
    const raw = new TextDecoder().decode(
      directory.subarray(at + sizes.central, at + sizes.central + nameBytes),
    );
    const isFolder = assertPlain(raw, viewOf(directory.subarray(at, at + sizes.central)));
    const name = cleanName(raw);
    if (!isFolder) {
      if (entries.has(name)) throw invalidZip(`'${name}' is in it twice`);
      entries.set(name, entryAt(view, at, name));
    }
    at = end;
  }
  return [...entries.values()];
}

function entryAt(view: DataView, at: number, name: string): ZipEntry {
  const entry = {
    name,
    method: view.getUint16(at + 10, true),
    crc: view.getUint32(at + 16, true),
    packedBytes: view.getUint32(at + 20, true),
    bytes: view.getUint32(at + 24, true),
    offset: view.getUint32(at + 42, true),
  };
  if ([entry.packedBytes, entry.bytes, entry.offset].includes(0xffffffff)) {
    throw invalidZip(`'${name}' is in zip64 form; send less than 4 GiB`);
  }
  if (entry.method !== zipMethods.stored && entry.method !== zipMethods.deflated) {
    throw invalidZip(`'${name}' is packed by method ${entry.method}; stored and deflated are read`);
  }
  return entry;
}

/** Whether it is a folder. What is neither folder nor plain file is refused. */
function assertPlain(name: string, header: DataView): boolean {
  if ((header.getUint16(8, true) & encryptedFlags) !== 0) throw invalidZip(`'${name}' is encrypted`);
  const mode = header.getUint32(38, true) >>> 16;
  const kind = unixSystems.includes(header.getUint8(5)) ? mode & modeKinds.mask : 0;
  if (kind === modeKinds.link) throw invalidZip(`'${name}' is a link`);
  if (kind !== 0 && kind !== modeKinds.regular && kind !== modeKinds.folder) {
    throw invalidZip(`'${name}' is no plain file`);
  }
  return name.endsWith('/');
}

/** Windows' separators and drives count, whatever the host. */
function cleanName(name: string): string {
  const parts = name.split(/[\\/]/).filter(part => part !== '' && part !== '.');
  const isAbsolute = /^([\\/]|[A-Za-z]:)/.test(name);
  if (parts.length === 0 || isAbsolute || parts.includes('..') || name.includes('\0')) {
    throw invalidZip(`'${name}' is a place outside of it`);
  }
  return parts.join('/');
}

/** Entries that share bytes unpack to more than the archive holds (D. Fifield, "A better zip bomb", WOOT 2019). */
function assertApart(entries: readonly ZipEntry[], directoryStart: number): void {
  let free = 0;
  let before = '';
  for (const { name, offset, packedBytes } of [...entries].sort((a, b) => a.offset - b.offset)) {
    if (offset < free) throw invalidZip(`'${name}' shares its bytes with '${before}'`);
    free = offset + sizes.local + packedBytes;
    before = name;
    if (free > directoryStart) throw invalidZip(`'${name}' leaves the file`);
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
