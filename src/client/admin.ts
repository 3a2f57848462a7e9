// The rest of /registry/v1: what admins, and programs with a key, do. Apart from what devices do, who carry none of it.
import { type DeviceInfo, deviceSchema } from '../core/artifact/access-api.ts';
import {
  type deviceChangeSchema,
  deviceListSchema,
  enrolmentCodeListSchema,
  type enrolmentCodeQuerySchema,
  type enrolmentCodeSchema,
  newEnrolmentCodeSchema,
  type rotationQuerySchema,
} from '../core/artifact/admission-api.ts';
import {
  type AccessKey,
  accessKeyListSchema,
  type accessKeyQuerySchema,
  accessKeySchema,
  type keyRotationSchema,
  newAccessKeySchema,
} from '../core/artifact/key-api.ts';
import { type ReportList, reportListSchema, type reportQuerySchema } from '../core/artifact/inbox-api.ts';
import {
  aliasHistorySchema,
  type Collection,
  collectionSchema,
  type aliasHoldSchema,
  type AliasRevision,
  type auditQuerySchema,
  type AuditEntry,
  auditSchema,
  type ModelDetail,
  modelDetailSchema,
  type ModelQuery,
  type modelChangeSchema,
  type versionChangeSchema,
  aliasMoveSchema,
  modelListSchema,
  type ModelSummary,
  type Push,
  type VersionDetail,
  versionDetailSchema,
} from '../core/artifact/registry-api.ts';
import { type Serving, type servingChangeSchema, servingSchema } from '../core/artifact/serving-api.ts';
import { type Envelope, envelopeSchema } from '../core/artifact/signature.ts';
import { z } from '../core/zod.ts';
import { workTimeoutMs } from './http.ts';
import { RegistryClient } from './registry.ts';
import { drain, type Parameters, path, withQuery } from './registry-paths.ts';

type Signal = AbortSignal | undefined;

/** As with `RegistryClient`, every method throws `Offline` where the server cannot be reached, `Aborted`, or the code the server answered. */
export class AdminClient extends RegistryClient {
  /** The models in whose name, tags or card `q` is, and that have the tag. */
  async searchModels(query: ModelQuery, signal?: Signal): Promise<ModelSummary[]> {
    const where = withQuery(path`/models`, query);
    return (await this.connection.json(where, modelListSchema, { signal })).value.models;
  }

  /** Card, tags, retention: what is left out stays. `ifMatch`: the etag of what was seen; `*` in any case. */
  async changeModel(
    model: string,
    change: z.input<typeof modelChangeSchema>,
    ifMatch = '*',
    signal?: Signal,
  ): Promise<ModelDetail> {
    const options = { method: 'PATCH', headers: { 'if-match': ifMatch }, signal };
    return this.post(path`/models/${model}`, change, modelDetailSchema, options);
  }

  /** How the server serves a model, and its etag for `changeServing`. */
  async serving(model: string, signal?: Signal): Promise<{ serving: Serving; etag: string }> {
    const where = path`/models/${model}/serving`;
    const { value, headers } = await this.connection.json(where, servingSchema, { signal });
    return { serving: value, etag: headers.get('etag') ?? '*' };
  }

  /** All settings; what is left out is as any model has it. `ifMatch`: the etag of what was seen; `*` in any case. */
  async changeServing(
    model: string,
    serving: z.input<typeof servingChangeSchema>,
    ifMatch = '*',
    signal?: Signal,
  ): Promise<Serving> {
    const options = { method: 'PUT', headers: { 'if-match': ifMatch }, signal };
    return this.post(path`/models/${model}/serving`, serving, servingSchema, options);
  }

  /** Retires a version, or takes it out of retirement. `ifMatch`: the etag of what was seen; `*` in any case. */
  async changeVersion(
    model: string,
    version: number,
    change: z.input<typeof versionChangeSchema>,
    ifMatch = '*',
    signal?: Signal,
  ): Promise<VersionDetail> {
    const options = { method: 'PATCH', headers: { 'if-match': ifMatch }, signal };
    return this.post(path`/models/${model}/versions/${version}`, change, versionDetailSchema, options);
  }

  /** What devices reported, newest first; for admins. */
  async reports(query: z.input<typeof reportQuerySchema> = {}, signal?: Signal): Promise<ReportList> {
    const where = withQuery(path`/reports`, query as Parameters);
    return (await this.connection.json(where, reportListSchema, { signal })).value;
  }

  /** An admin's upload, after `uploadFile`. */
  async push(model: string, push: Push, signal?: Signal): Promise<VersionDetail> {
    const timeoutMs = workTimeoutMs;
    return this.post(path`/models/${model}/versions`, push, versionDetailSchema, { signal, timeoutMs });
  }

  /** Moves an alias that is at `ifRevision`, or makes it (null). The answer is the new alias document. */
  async moveAlias(
    model: string,
    alias: string,
    move: z.input<typeof aliasMoveSchema>,
    ifRevision: number | null,
    signal?: Signal,
  ): Promise<Envelope> {
    const condition = ifRevision === null ? { 'if-none-match': '*' } : { 'if-match': `"${ifRevision}"` };
    const options = { method: 'PUT', headers: condition, signal };
    return this.post(path`/models/${model}/aliases/${alias}`, move, envelopeSchema, options);
  }

  /** Holds a rollout, or lets it go on. The answer is the new alias document. */
  async holdAlias(
    model: string,
    alias: string,
    hold: z.input<typeof aliasHoldSchema>,
    ifRevision: number,
    signal?: Signal,
  ): Promise<Envelope> {
    const options = { method: 'PATCH', headers: { 'if-match': `"${ifRevision}"` }, signal };
    return this.post(path`/models/${model}/aliases/${alias}`, hold, envelopeSchema, options);
  }

  async removeAlias(
    model: string,
    alias: string,
    ifRevision: number,
    why: string | null,
    signal?: Signal,
  ): Promise<void> {
    const where = withQuery(path`/models/${model}/aliases/${alias}`, { why });
    const options = { method: 'DELETE', headers: { 'if-match': `"${ifRevision}"` }, signal };
    await this.connection.request(where, options, drain);
  }

  /** Every revision an alias had, newest first. */
  async aliasHistory(model: string, alias: string, signal?: Signal): Promise<AliasRevision[]> {
    const where = path`/models/${model}/aliases/${alias}/history`;
    return (await this.connection.json(where, aliasHistorySchema, { signal })).value.entries;
  }

  /** The same of all aliases of a model, those removed too. */
  async modelHistory(model: string, signal?: Signal): Promise<AliasRevision[]> {
    return (await this.connection.json(path`/models/${model}/history`, aliasHistorySchema, { signal })).value
      .entries;
  }

  /** Lets go of what nobody needs; with `dryRun` only says what that would be. */
  async collectGarbage(dryRun: boolean, signal?: Signal): Promise<Collection> {
    return this.post(path`/gc`, { dryRun }, collectionSchema, { signal, timeoutMs: workTimeoutMs });
  }

  /** Who did what, newest first; `before` an entry's id goes on. */
  async audit(query: z.input<typeof auditQuerySchema> = {}, signal?: Signal): Promise<AuditEntry[]> {
    const where = withQuery(path`/audit`, query as Parameters);
    return (await this.connection.json(where, auditSchema, { signal })).value.entries;
  }

  async devices(signal?: Signal): Promise<DeviceInfo[]> {
    return (await this.connection.json(path`/devices`, deviceListSchema, { signal })).value.devices;
  }

  async changeDevice(
    id: string,
    change: z.input<typeof deviceChangeSchema>,
    signal?: Signal,
  ): Promise<DeviceInfo> {
    return this.post(path`/devices/${id}`, change, deviceSchema, { method: 'PATCH', signal });
  }

  /** A code that lets one device in. This answer is the only one that holds it. */
  async createEnrolment(
    query: z.input<typeof enrolmentCodeQuerySchema>,
    signal?: Signal,
  ): Promise<z.infer<typeof newEnrolmentCodeSchema>> {
    return this.post(path`/enrolments`, query, newEnrolmentCodeSchema, { signal });
  }

  async enrolments(signal?: Signal): Promise<z.infer<typeof enrolmentCodeSchema>[]> {
    return (await this.connection.json(path`/enrolments`, enrolmentCodeListSchema, { signal })).value.codes;
  }

  async deleteEnrolment(id: string, signal?: Signal): Promise<void> {
    await this.connection.request(path`/enrolments/${id}`, { method: 'DELETE', signal }, drain);
  }

  /** A key for people and programs. This answer is the only one that holds it. */
  async createKey(
    query: z.input<typeof accessKeyQuerySchema>,
    signal?: Signal,
  ): Promise<z.infer<typeof newAccessKeySchema>> {
    return this.post(path`/keys`, query, newAccessKeySchema, { signal });
  }

  async keys(signal?: Signal): Promise<AccessKey[]> {
    return (await this.connection.json(path`/keys`, accessKeyListSchema, { signal })).value.keys;
  }

  async revokeKey(id: string, signal?: Signal): Promise<AccessKey> {
    const options = { method: 'DELETE', signal };
    return (await this.connection.json(path`/keys/${id}`, accessKeySchema, options)).value;
  }

  /** A key that may the same follows one, which goes on for a while. This answer is the only one that holds it. */
  async rotateKey(
    id: string,
    query: z.input<typeof keyRotationSchema> = {},
    signal?: Signal,
  ): Promise<z.infer<typeof newAccessKeySchema>> {
    return this.post(path`/keys/${id}/rotate`, query, newAccessKeySchema, { signal });
  }

  /** Gives the registry a new key, which the one before signs. The answer is the new root document. */
  async rotateRegistryKey(query: z.input<typeof rotationQuerySchema>, signal?: Signal): Promise<Envelope> {
    const timeoutMs = workTimeoutMs;
    return this.post(path`/root`, query, envelopeSchema, { signal, timeoutMs });
  }
}
