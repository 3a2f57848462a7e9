// A file of JSON, of somebody's making.
import { HaversackError } from '../errors.ts';
import type { ImportFile } from './imported.ts';

/** @throws HaversackError `ImportImpossible` */
export function jsonOf({ path, bytes }: ImportFile): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw new HaversackError('ImportImpossible', `${path} is no JSON (${(error as Error).message}).`);
  }
}
