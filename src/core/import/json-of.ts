// A file of JSON, of somebody's making.
import { HaversackError } from '../errors.ts';
import type { ImportFile } from './imported.ts';

/** By its name, as systems that see no difference between `model.json` and `MODEL.JSON` call it. */
export function isJson(path: string): boolean {
  return /\.json$/i.test(path);
}

/** @throws HaversackError `ImportImpossible` */
export function jsonOf({ path, bytes }: ImportFile): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw new HaversackError('ImportImpossible', `${path} is no JSON (${(error as Error).message}).`);
  }
}
