// Which files may be something to show, by their names: those of a zip, and those that were dropped, by one list. What this
// browser then does not read (HEIC, in most) is told, and not passed over.
import type { ShownKind } from '../core/teach/shown-kind.ts';

const endings = {
  photo: /\.(jpe?g|png|webp|gif|bmp|avif|heic|heif)$/i,
  sound: /\.(wav|mp3|ogg|oga|opus|m4a|aac|flac|weba|webm)$/i,
  row: /\.(csv|tsv|tab|txt)$/i,
} as const satisfies Record<ShownKind, RegExp>;

/** @param path with `/` between its parts */
export function isNameOf(kind: ShownKind, path: string): boolean {
  return endings[kind].test(path);
}

/** Hidden, or left by an archiver. */
export function isHidden(path: string): boolean {
  return path.split('/').some(part => part.startsWith('.') || part === '__MACOSX');
}
