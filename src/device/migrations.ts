// How the database came to its present form: one step a version, without gaps. A step that was released is never changed.
import type { IDBPDatabase, IDBPTransaction, StoreNames } from 'idb';
import type { HaversackDB } from './schema.ts';

type Upgrade = IDBPTransaction<HaversackDB, StoreNames<HaversackDB>[], 'versionchange'>;

/** `migrations[n]` brings version n to n + 1. */
export const migrations: readonly ((db: IDBPDatabase<HaversackDB>, tx: Upgrade) => void)[] = [
  db => {
    db.createObjectStore('chunks', { keyPath: 'digest' });
    db.createObjectStore('installed', { keyPath: ['model', 'version'] }).createIndex('model', 'model');
    db.createObjectStore('active', { keyPath: 'model' });
    db.createObjectStore('aliases', { keyPath: 'key' });
    db.createObjectStore('choices', { keyPath: 'key' });
    db.createObjectStore('samples', { keyPath: 'id' }).createIndex('model', 'model');
    db.createObjectStore('candidates', { keyPath: 'digest' }).createIndex('model', 'model');
    db.createObjectStore('outbox', { keyPath: 'id', autoIncrement: true }).createIndex(
      'candidate',
      'candidate',
    );
    db.createObjectStore('downloads', { keyPath: 'key' });
    db.createObjectStore('registry', { keyPath: 'id' });
    db.createObjectStore('settings', { keyPath: 'id' });
    db.createObjectStore('identity', { keyPath: 'id' });
  },
  db => {
    db.createObjectStore('runs', { keyPath: 'id' }).createIndex('model', 'request.model');
    db.createObjectStore('checkpoints', { keyPath: ['run', 'slot', 'part'] });
  },
  (db, tx) => {
    db.createObjectStore('policies', { keyPath: 'model' });
    db.createObjectStore('inbox', { keyPath: 'id' }).createIndex('model', 'model');
    db.createObjectStore('peers', { keyPath: 'device' });
    tx.objectStore('outbox').createIndex('digest', 'digest');
    db.createObjectStore('trials', { keyPath: 'digest' });
    db.createObjectStore('marks', { keyPath: 'id' });
    db.createObjectStore('notices', { keyPath: 'id', autoIncrement: true });
  },
  db => {
    db.createObjectStore('projects', { keyPath: 'id' });
    const examples = db.createObjectStore('examples', { keyPath: 'id' });
    examples.createIndex('project', 'project');
    examples.createIndex('class', 'class');
    db.createObjectStore('exampleFiles', { keyPath: 'id' });
    db.createObjectStore('thumbnails', { keyPath: 'id' });
    db.createObjectStore('embeddings', { keyPath: ['embedder', 'example'] }).createIndex(
      'example',
      'example',
    );
    db.createObjectStore('records', { keyPath: 'id' }).createIndex('model', 'model');
    db.createObjectStore('recordPhotos', { keyPath: 'id' });
  },
];
