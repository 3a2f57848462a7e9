// The tables, as Kysely types them. Documents are kept as they were signed; columns beside them are what is searched by.
// Nothing here is special to one database: text, integers, ISO 8601 times.
import type { Generated } from 'kysely';

export interface ModelRow {
  name: string;
  task: string;
  created_at: string;
  updated_at: string;
  /** Markdown. */
  card: Generated<string>;
  /** JSON: `tagSchema[]`. */
  tags: Generated<string>;
  /** JSON: `retentionSchema`; null: everything is kept. */
  retention: Generated<string | null>;
  /** JSON: `servingSchema`; null: as any. */
  serving: Generated<string | null>;
}

export interface VersionRow {
  model: string;
  version: number;
  /** Digest of the manifest. */
  digest: string;
  /** Digest of the candidate it came from: unique, so that a candidate becomes one version only. */
  candidate: string | null;
  /** The signed manifest (envelope, JSON). */
  manifest: string;
  created_at: string;
  retired_at: Generated<string | null>;
  /** Since when its chunks are not kept any more. */
  collected_at: Generated<string | null>;
}

export interface VariantRow {
  model: string;
  version: number;
  variant: string;
  /** The signed variant document (envelope, JSON). */
  document: string;
  created_at: string;
}

/** Variants that are to be made of a version: what a crash must not forget. */
export interface DerivationRow {
  model: string;
  version: number;
  variant: string;
  /** `skipped`: it would not be worth it, and no try makes it so. */
  state: 'pending' | 'done' | 'skipped' | 'failed';
  /** Why it failed, or was skipped. */
  detail: string | null;
  /** How often it failed. */
  attempts: Generated<number>;
  /** Digest of all it follows from: the same key, the same file. Null until it is known. */
  key: Generated<string | null>;
}

export interface AliasRow {
  model: string;
  alias: string;
  revision: number;
  version: number;
  /** The signed alias document (envelope, JSON). */
  document: string;
  issued_at: string;
}

/** Every revision that an alias had. */
export interface AliasHistoryRow {
  model: string;
  alias: string;
  revision: number;
  /** Null: from here on there was no such alias. */
  version: number | null;
  document: string | null;
  at: string;
  who: string;
  why: string | null;
}

/** One-time codes that let a device in. */
export interface EnrolmentRow {
  /** SHA-256 of the code: the code itself is kept nowhere. */
  id: string;
  role: 'device' | 'trainer' | 'admin';
  /** JSON: names. */
  groups: string;
  created_at: string;
  created_by: string;
  expires_at: string;
  used_at: string | null;
  used_by: string | null;
}

/** Keys for people and programs. */
export interface AccessKeyRow {
  id: string;
  /** SHA-256 of the key. */
  hash: string;
  name: string;
  role: 'device' | 'trainer' | 'admin';
  created_at: string;
  created_by: string;
  expires_at: string | null;
  revoked_at: string | null;
  last_used_at: string | null;
  /** JSON: `grantSchema[]`; null: what its role may, on all models. */
  grants: string | null;
  /** JSON: `limitsSchema`; null: none of its own. */
  limits: string | null;
  /** The key that this one was made to follow. */
  replaces: string | null;
}

/** Engines that answer for a model beside this server, or in its place. */
export interface UpstreamRow {
  id: string;
  model: string;
  /** Origin, or a prefix below it: what /v2 follows. `local`: this server itself. */
  url: string;
  /** Which of our versions it answers for; null: requests that name none, and those it knows by the same number. */
  version: number | null;
  /** What the engine calls the model; null: the same. */
  upstream_model: string | null;
  /** What it calls the version; `none`: it has none; null: the same number, or its own choice. */
  upstream_version: string | null;
  /** Share of requests, beside the others' of this model; 0: it stands by. */
  weight: number;
  /** Environment variable that holds the key it wants; null: none. The key itself is kept nowhere. */
  key_variable: string | null;
  state: 'active' | 'draining';
  created_at: string;
  created_by: string;
}

/** What was used of a daily quota. */
export interface UsageRow {
  /** Of a key, a device or a model. */
  subject: string;
  /** UTC, `2026-11-26`. */
  day: string;
  predictions: number;
}

/** What devices said of themselves and of updates; once each. */
export interface ReportRow {
  /** Of the document. */
  digest: string;
  device: string;
  received_at: string;
  /** Of its update: null where it is only a state. */
  model: string | null;
  version: number | null;
  outcome: string | null;
  document: string;
}

/** Samples documents, once each. */
export interface SamplesRow {
  digest: string;
  model: string;
  device: string;
  received_at: string;
  document: string;
}

/** The samples in them, once each, and what a person said of them. */
export interface InboxRow {
  /** `sentSampleSchema`'s id. */
  id: string;
  model: string;
  device: string;
  /** Digest of the document that brought it first. */
  pack: string;
  label: string;
  part: string;
  /** JSON: the sample. */
  sample: string;
  state: 'new' | 'accepted' | 'rejected';
  received_at: string;
  reviewed_by: string | null;
}

export interface DeviceRow {
  id: string;
  public_key: string;
  name: string;
  status: 'pending' | 'approved' | 'revoked';
  role: 'device' | 'trainer' | 'admin' | null;
  created_at: string;
  last_seen_at: string | null;
  /** JSON: names. */
  groups: string;
  /** JSON: its newest `reportSchema`. */
  report: string | null;
  /** JSON: `grantSchema[]`; null: what its role may, on all models. */
  grants: string | null;
}

export interface AuditRow {
  id: string;
  at: string;
  /** `admin-key`, `registry`, or a device's id. */
  who: string;
  what: string;
  subject: string;
  detail: string;
  why: Generated<string | null>;
}

export interface MigrationRow {
  number: number;
  applied_at: string;
}

export interface Tables {
  models: ModelRow;
  versions: VersionRow;
  variants: VariantRow;
  derivations: DerivationRow;
  aliases: AliasRow;
  devices: DeviceRow;
  alias_history: AliasHistoryRow;
  enrolments: EnrolmentRow;
  access_keys: AccessKeyRow;
  reports: ReportRow;
  samples: SamplesRow;
  inbox: InboxRow;
  upstreams: UpstreamRow;
  usage: UsageRow;
  audit: AuditRow;
  migrations: MigrationRow;
}
