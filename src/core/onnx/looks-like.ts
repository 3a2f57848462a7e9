// What a file that is no ONNX model looks like, from its first bytes: the reason a person is given.
import type { Bytes } from '../artifact/digest.ts';

/** Kinds of files that somebody may want to be told apart, not only named. */
export type FileKind = 'zip' | 'hdf5' | 'tflite' | 'safetensors' | 'pickle';

interface Magic {
  readonly at: number;
  readonly bytes: string;
  /** A phrase that goes on from "the file …". */
  readonly what: string;
  readonly kind?: FileKind;
}

/** Leading bytes → what starts so. */
const magics: readonly Magic[] = [
  {
    at: 0,
    bytes: 'PK\x03\x04',
    what: 'starts like a ZIP archive (.keras, .npz and PyTorch .pt files are ZIP archives)',
    kind: 'zip',
  },
  { at: 0, bytes: '\x89HDF\r\n', what: 'is an HDF5 file (a Keras .h5, perhaps)', kind: 'hdf5' },
  { at: 0, bytes: '\x1f\x8b', what: 'is compressed with gzip' },
  { at: 0, bytes: '\x28\xb5\x2f\xfd', what: 'is compressed with zstd' },
  { at: 4, bytes: 'TFL3', what: 'is a TensorFlow Lite model', kind: 'tflite' },
  { at: 4, bytes: 'ORTM', what: 'is in ONNX Runtime’s own .ort format' },
  { at: 0, bytes: 'GGUF', what: 'is a GGUF model' },
  { at: 0, bytes: '\x93NUMPY', what: 'is a NumPy array' },
  { at: 0, bytes: '\x89PNG', what: 'is a PNG image' },
  { at: 0, bytes: '\xff\xd8\xff', what: 'is a JPEG image' },
  { at: 0, bytes: '%PDF', what: 'is a PDF document' },
  { at: 0, bytes: '\x80\x02', what: 'is a Python pickle', kind: 'pickle' },
  { at: 0, bytes: '\x80\x04', what: 'is a Python pickle', kind: 'pickle' },
  { at: 0, bytes: '\x80\x05', what: 'is a Python pickle', kind: 'pickle' },
  { at: 8, bytes: '{"', what: 'looks like a safetensors file', kind: 'safetensors' },
];

const headBytes = 4096;

/** A phrase that goes on from "the file …", or null where the first bytes say nothing. */
export function looksLike(file: Bytes): string | null {
  if (file.length === 0) return 'is empty';
  const magic = magics.find(({ at, bytes }) => hasAt(file, at, bytes));
  if (magic) return magic.what;
  const head = textHead(file);
  return head === null ? null : looksLikeText(head);
}

/** By the first bytes; null where they are of no kind that is told apart. */
export function kindOfFile(file: Bytes): FileKind | null {
  return magics.find(({ at, bytes }) => hasAt(file, at, bytes))?.kind ?? null;
}

function looksLikeText(head: string): string {
  const text = head.trimStart();
  if (/^<(!doctype html|html|head|body)/i.test(text)) return 'is an HTML page';
  if (text.startsWith('<')) return 'starts like XML';
  if (text.startsWith('version https://git-lfs')) return 'is a Git LFS pointer, not the file it points to';
  if (text.startsWith('{')) {
    const tfjs = /"modelTopology"|"weightsManifest"|"format"\s*:\s*"(layers|graph)-model"/.test(text);
    return tfjs ? 'is a tfjs model.json' : 'is JSON';
  }
  return `is text that starts with “${text.slice(0, 24).replace(/\s+/g, ' ').trim()}”`;
}

function hasAt(file: Bytes, at: number, magic: string): boolean {
  return (
    file.length >= at + magic.length && Array.from(magic).every((c, i) => file[at + i] === c.charCodeAt(0))
  );
}

/** The start of the file where it is text, else null. */
function textHead(file: Bytes): string | null {
  const head = file.subarray(0, headBytes);
  if (head.some(byte => byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d)) return null;
  const text = new TextDecoder().decode(head);
  return text.trim() === '' ? null : text;
}
