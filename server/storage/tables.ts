// The tables, as Kysely types them. Documents are kept as they were signed; columns beside them are what is searched by.
// Nothing here is special to one database: text, integers, ISO 8601 times.

export interface ModelRow {
  name: string;
  task: string;
  created_at: string;
  updated_at: string;
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
  state: 'pending' | 'done' | 'failed';
  /** Why it failed. */
  detail: string | null;
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

export interface DeviceRow {
  id: string;
  public_key: string;
  name: string;
  status: 'pending' | 'approved' | 'revoked';
  role: 'device' | 'trainer' | 'admin' | null;
  created_at: string;
  last_seen_at: string | null;
}

export interface AuditRow {
  id: string;
  at: string;
  /** `admin-key`, `registry`, or a device's id. */
  who: string;
  what: string;
  subject: string;
  detail: string;
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
  audit: AuditRow;
  migrations: MigrationRow;
}
