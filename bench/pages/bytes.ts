// The least that keeps bytes in IndexedDB: what a page would write that has one model.

function open(): Promise<IDBDatabase> {
  const request = indexedDB.open('bench', 1);
  request.onupgradeneeded = () => request.result.createObjectStore('models');
  return settled(request);
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('IndexedDB failed'));
  });
}

export async function readBytes(name: string): Promise<Uint8Array<ArrayBuffer>> {
  const db = await open();
  const store = db.transaction('models').objectStore('models');
  return settled(store.get(name) as IDBRequest<Uint8Array<ArrayBuffer>>);
}

export async function writeBytes(name: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  const db = await open();
  const transaction = db.transaction('models', 'readwrite');
  transaction.objectStore('models').put(bytes, name);
  await new Promise<void>((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onerror = () => reject(transaction.error ?? new Error('IndexedDB failed'));
  });
}

export async function deleteBytes(name: string): Promise<void> {
  const db = await open();
  await settled(db.transaction('models', 'readwrite').objectStore('models').delete(name));
  db.close();
}
