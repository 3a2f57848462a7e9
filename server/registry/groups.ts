// Names of groups as they lie in the database: a JSON list.
import { groupNameSchema } from '../../src/core/artifact/names.ts';
import { z } from '../../src/core/zod.ts';

const groupsSchema = z.array(groupNameSchema);

export function readGroups(text: string): string[] {
  return groupsSchema.parse(JSON.parse(text));
}

/** Each once, in order: the same groups are the same text. */
export function writeGroups(groups: readonly string[]): string {
  return JSON.stringify([...new Set(groups)].sort());
}
