// How the database comes to its form: one list, in order, without gaps; each step in a transaction of its own.
import type { Kysely, Transaction } from 'kysely';
import type { Tables } from './tables.ts';

type Migration = (transaction: Transaction<Tables>) => Promise<void>;

/** Migration n is at index n − 1. A released one is never changed. */
export const migrations: readonly Migration[] = [createRegistry, growIntoFleet, growIntoGateway];

/** @throws Error when the database was made by a newer release */
export async function migrate(database: Kysely<Tables>): Promise<void> {
  await database.schema
    .createTable('migrations')
    .ifNotExists()
    .addColumn('number', 'integer', column => column.primaryKey())
    .addColumn('applied_at', 'text', column => column.notNull())
    .execute();
  const applied = await database.selectFrom('migrations').select('number').orderBy('number').execute();
  if (applied.length > migrations.length) {
    throw new Error(
      `The database has form ${applied.length}, this release knows ${migrations.length}: it was made by a newer one.`,
    );
  }
  for (let index = applied.length; index < migrations.length; index += 1) {
    await database.transaction().execute(async transaction => {
      await migrations[index]!(transaction);
      await transaction
        .insertInto('migrations')
        .values({ number: index + 1, applied_at: new Date().toISOString() })
        .execute();
    });
  }
}

async function createRegistry({ schema }: Transaction<Tables>): Promise<void> {
  await schema
    .createTable('models')
    .addColumn('name', 'text', column => column.primaryKey())
    .addColumn('task', 'text', column => column.notNull())
    .addColumn('created_at', 'text', column => column.notNull())
    .addColumn('updated_at', 'text', column => column.notNull())
    .execute();
  await schema
    .createTable('versions')
    .addColumn('model', 'text', column => column.notNull().references('models.name'))
    .addColumn('version', 'integer', column => column.notNull())
    .addColumn('digest', 'text', column => column.notNull().unique())
    .addColumn('candidate', 'text', column => column.unique())
    .addColumn('manifest', 'text', column => column.notNull())
    .addColumn('created_at', 'text', column => column.notNull())
    .addPrimaryKeyConstraint('versions_key', ['model', 'version'])
    .execute();
  await schema
    .createTable('variants')
    .addColumn('model', 'text', column => column.notNull())
    .addColumn('version', 'integer', column => column.notNull())
    .addColumn('variant', 'text', column => column.notNull())
    .addColumn('document', 'text', column => column.notNull())
    .addColumn('created_at', 'text', column => column.notNull())
    .addPrimaryKeyConstraint('variants_key', ['model', 'version', 'variant'])
    .addForeignKeyConstraint('variants_version', ['model', 'version'], 'versions', ['model', 'version'])
    .execute();
  await schema
    .createTable('derivations')
    .addColumn('model', 'text', column => column.notNull())
    .addColumn('version', 'integer', column => column.notNull())
    .addColumn('variant', 'text', column => column.notNull())
    .addColumn('state', 'text', column => column.notNull())
    .addColumn('detail', 'text')
    .addPrimaryKeyConstraint('derivations_key', ['model', 'version', 'variant'])
    .addForeignKeyConstraint('derivations_version', ['model', 'version'], 'versions', ['model', 'version'])
    .execute();
  await schema
    .createTable('aliases')
    .addColumn('model', 'text', column => column.notNull())
    .addColumn('alias', 'text', column => column.notNull())
    .addColumn('revision', 'integer', column => column.notNull())
    .addColumn('version', 'integer', column => column.notNull())
    .addColumn('document', 'text', column => column.notNull())
    .addColumn('issued_at', 'text', column => column.notNull())
    .addPrimaryKeyConstraint('aliases_key', ['model', 'alias'])
    .addForeignKeyConstraint('aliases_version', ['model', 'version'], 'versions', ['model', 'version'])
    .execute();
  await createPeople(schema);
}

async function createPeople(schema: Transaction<Tables>['schema']): Promise<void> {
  await schema
    .createTable('devices')
    .addColumn('id', 'text', column => column.primaryKey())
    .addColumn('public_key', 'text', column => column.notNull())
    .addColumn('name', 'text', column => column.notNull())
    .addColumn('status', 'text', column => column.notNull())
    .addColumn('role', 'text')
    .addColumn('created_at', 'text', column => column.notNull())
    .addColumn('last_seen_at', 'text')
    .execute();
  await schema
    .createTable('audit')
    .addColumn('id', 'text', column => column.primaryKey())
    .addColumn('at', 'text', column => column.notNull())
    .addColumn('who', 'text', column => column.notNull())
    .addColumn('what', 'text', column => column.notNull())
    .addColumn('subject', 'text', column => column.notNull())
    .addColumn('detail', 'text', column => column.notNull())
    .execute();
  await schema.createIndex('audit_at').on('audit').column('at').execute();
}

/** Rollouts with a history, cards, retention, groups, codes, keys, reports, samples. */
async function growIntoFleet(transaction: Transaction<Tables>): Promise<void> {
  const { schema } = transaction;
  await schema
    .alterTable('models')
    .addColumn('card', 'text', column => column.notNull().defaultTo(''))
    .execute();
  await schema
    .alterTable('models')
    .addColumn('tags', 'text', column => column.notNull().defaultTo('[]'))
    .execute();
  await schema.alterTable('models').addColumn('retention', 'text').execute();
  await schema.alterTable('versions').addColumn('retired_at', 'text').execute();
  await schema.alterTable('versions').addColumn('collected_at', 'text').execute();
  await schema
    .alterTable('devices')
    .addColumn('groups', 'text', column => column.notNull().defaultTo('[]'))
    .execute();
  await schema.alterTable('devices').addColumn('report', 'text').execute();
  await schema.alterTable('audit').addColumn('why', 'text').execute();
  await schema
    .alterTable('derivations')
    .addColumn('attempts', 'integer', column => column.notNull().defaultTo(0))
    .execute();
  await schema.alterTable('derivations').addColumn('key', 'text').execute();
  await schema.createIndex('derivations_by_key').on('derivations').column('key').execute();
  await createAliasHistory(transaction);
  await createKeys(schema);
  await createInbox(schema);
}

/** What stands now is where the history begins. */
async function createAliasHistory(transaction: Transaction<Tables>): Promise<void> {
  await transaction.schema
    .createTable('alias_history')
    .addColumn('model', 'text', column => column.notNull())
    .addColumn('alias', 'text', column => column.notNull())
    .addColumn('revision', 'integer', column => column.notNull())
    .addColumn('version', 'integer')
    .addColumn('document', 'text')
    .addColumn('at', 'text', column => column.notNull())
    .addColumn('who', 'text', column => column.notNull())
    .addColumn('why', 'text')
    .addPrimaryKeyConstraint('alias_history_key', ['model', 'alias', 'revision'])
    .execute();
  const rows = await transaction.selectFrom('aliases').selectAll().execute();
  for (const { model, alias, revision, version, document, issued_at } of rows) {
    await transaction
      .insertInto('alias_history')
      .values({ model, alias, revision, version, document, at: issued_at, who: 'registry', why: null })
      .execute();
  }
}

async function createKeys(schema: Transaction<Tables>['schema']): Promise<void> {
  await schema
    .createTable('enrolments')
    .addColumn('id', 'text', column => column.primaryKey())
    .addColumn('role', 'text', column => column.notNull())
    .addColumn('groups', 'text', column => column.notNull())
    .addColumn('created_at', 'text', column => column.notNull())
    .addColumn('created_by', 'text', column => column.notNull())
    .addColumn('expires_at', 'text', column => column.notNull())
    .addColumn('used_at', 'text')
    .addColumn('used_by', 'text')
    .execute();
  await schema
    .createTable('access_keys')
    .addColumn('id', 'text', column => column.primaryKey())
    .addColumn('hash', 'text', column => column.notNull().unique())
    .addColumn('name', 'text', column => column.notNull())
    .addColumn('role', 'text', column => column.notNull())
    .addColumn('created_at', 'text', column => column.notNull())
    .addColumn('created_by', 'text', column => column.notNull())
    .addColumn('expires_at', 'text')
    .addColumn('revoked_at', 'text')
    .addColumn('last_used_at', 'text')
    .execute();
}

async function createInbox(schema: Transaction<Tables>['schema']): Promise<void> {
  await schema
    .createTable('reports')
    .addColumn('digest', 'text', column => column.primaryKey())
    .addColumn('device', 'text', column => column.notNull())
    .addColumn('received_at', 'text', column => column.notNull())
    .addColumn('model', 'text')
    .addColumn('version', 'integer')
    .addColumn('outcome', 'text')
    .addColumn('document', 'text', column => column.notNull())
    .execute();
  await schema.createIndex('reports_version').on('reports').columns(['model', 'version']).execute();
  await schema
    .createTable('samples')
    .addColumn('digest', 'text', column => column.primaryKey())
    .addColumn('model', 'text', column => column.notNull())
    .addColumn('device', 'text', column => column.notNull())
    .addColumn('received_at', 'text', column => column.notNull())
    .addColumn('document', 'text', column => column.notNull())
    .execute();
  await schema
    .createTable('inbox')
    .addColumn('id', 'text', column => column.primaryKey())
    .addColumn('model', 'text', column => column.notNull())
    .addColumn('device', 'text', column => column.notNull())
    .addColumn('pack', 'text', column => column.notNull().references('samples.digest'))
    .addColumn('label', 'text', column => column.notNull())
    .addColumn('part', 'text', column => column.notNull())
    .addColumn('sample', 'text', column => column.notNull())
    .addColumn('state', 'text', column => column.notNull())
    .addColumn('received_at', 'text', column => column.notNull())
    .addColumn('reviewed_by', 'text')
    .execute();
  await schema.createIndex('inbox_model').on('inbox').columns(['model', 'state']).execute();
}

/** Grants and limits, how models are served, upstreams, what was used of a day. */
async function growIntoGateway({ schema }: Transaction<Tables>): Promise<void> {
  await schema.alterTable('models').addColumn('serving', 'text').execute();
  await schema.alterTable('access_keys').addColumn('grants', 'text').execute();
  await schema.alterTable('access_keys').addColumn('limits', 'text').execute();
  await schema.alterTable('access_keys').addColumn('replaces', 'text').execute();
  await schema.alterTable('devices').addColumn('grants', 'text').execute();
  await schema
    .createTable('upstreams')
    .addColumn('id', 'text', column => column.primaryKey())
    .addColumn('model', 'text', column => column.notNull())
    .addColumn('url', 'text', column => column.notNull())
    .addColumn('version', 'integer')
    .addColumn('upstream_model', 'text')
    .addColumn('upstream_version', 'text')
    .addColumn('weight', 'real', column => column.notNull())
    .addColumn('key_variable', 'text')
    .addColumn('state', 'text', column => column.notNull())
    .addColumn('created_at', 'text', column => column.notNull())
    .addColumn('created_by', 'text', column => column.notNull())
    .execute();
  await schema.createIndex('upstreams_model').on('upstreams').column('model').execute();
  await schema
    .createTable('usage')
    .addColumn('subject', 'text', column => column.notNull())
    .addColumn('day', 'text', column => column.notNull())
    .addColumn('predictions', 'integer', column => column.notNull())
    .addPrimaryKeyConstraint('usage_key', ['subject', 'day'])
    .execute();
}
