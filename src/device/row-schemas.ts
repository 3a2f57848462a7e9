// The form of every store's rows: what a check holds them against. Bytes and the device's key have none.
import type { StoreNames } from 'idb';
import type { z } from '../core/zod.ts';
import { exampleSchema, projectSchema, recordSchema } from './project-schemas.ts';
import * as schema from './schema.ts';

export const rowSchemas = {
  installed: schema.installedSchema,
  active: schema.activeSchema,
  aliases: schema.seenAliasSchema,
  choices: schema.choiceSchema,
  samples: schema.sampleSchema,
  candidates: schema.candidateRowSchema,
  outbox: schema.outboxSchema,
  downloads: schema.downloadSchema,
  registry: schema.registrySchema,
  settings: schema.settingsSchema,
  policies: schema.updatePolicySchema,
  inbox: schema.inboxSampleSchema,
  notices: schema.noticeSchema,
  runs: schema.runSchema,
  peers: schema.peerSchema,
  trials: schema.trialSchema,
  marks: schema.markSchema,
  projects: projectSchema,
  examples: exampleSchema,
  records: recordSchema,
} as const satisfies Record<
  Exclude<
    StoreNames<schema.HaversackDB>,
    'chunks' | 'checkpoints' | 'identity' | 'exampleFiles' | 'thumbnails' | 'embeddings' | 'recordPhotos'
  >,
  z.ZodType
>;

export type RowStoreName = keyof typeof rowSchemas;
