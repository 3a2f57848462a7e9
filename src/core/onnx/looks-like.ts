// What a file that is no ONNX model looks like, from its first bytes: the reason a person is given.
import type { Bytes } from '../artifact/digest.ts';

/** Leading bytes → what starts so. */
const magics: readonly (readonly [at: number, bytes: string, what: string])[] = [
  [0, 'PK\x03\x04', 'starts like a ZIP archive (.keras, .npz and PyTorch .pt files are ZIP archives)'],
  [0, '\x89HDF\r\n', 'is an HDF5 file (a Keras .h5, perhaps)'],
  [0, '\x1f\x8b', 'is compressed with gzip'],
  [0, '\x28\xb5\x2f\xfd', 'is compressed with zstd'],
  [4, 'TFL3', 'is a TensorFlow Lite model'],
  [4, 'ORTM', 'is in ONNX Runtime’s own .ort format'],
  [0, 'GGUF', 'is a GGUF model'],
  [0, '\x93NUMPY', 'is a NumPy array'],
  [0, '\x89PNG', 'is a PNG image'],
  [0, '\xff\xd8\xff', 'is a JPEG image'],
  [0, '%PDF', 'is a PDF document'],
  [0, '\x80\x02', 'is a Python pickle'],
  [0, '\x80\x04', 'is a Python pickle'],
  [0, '\x80\x05', 'is a Python pickle'],
  [8, '{"', 'looks like a safetensors file'],
];

const headBytes = 4096;

/** A phrase that goes on from "the file …", or null where the first bytes say nothing. */
export function looksLike(file: Bytes): string | null {
  if (file.length === 0) return 'is empty';
  for (const [at, magic, what] of magics) if (hasAt(file, at, magic)) return what;
  const head = textHead(file);
  return head === null ? null : looksLikeText(head);
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
