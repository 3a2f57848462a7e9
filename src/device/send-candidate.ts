// Sends one candidate: the chunks that the registry lacks, then the document. Knows no queue.
import type { Bytes } from '../core/artifact/digest.ts';
import type { Receipt } from '../core/artifact/registry-api.ts';
import type { RegistryClient } from '../client/registry.ts';
import { uploadFile } from '../client/upload.ts';
import { chunksOf, readChunk } from './chunk-store.ts';
import type { Database } from './db.ts';
import { candidateOf, filesOfCandidate } from './needs.ts';
import type { CandidateRow } from './schema.ts';

export type SendClient = Pick<RegistryClient, 'missing' | 'putChunk' | 'submitCandidate'>;

/** Chunks held in memory at a time while they are sent (16 MiB at most). */
const uploadWindow = 16;

/** Sent again, it gets the same receipt. @throws HaversackError as the client's methods and `readChunk` */
export async function sendCandidate(
  db: Database,
  client: SendClient,
  row: CandidateRow,
  signal: AbortSignal | undefined,
): Promise<Receipt> {
  const refs = chunksOf(filesOfCandidate(candidateOf(row)));
  const digests = refs.map(ref => ref.digest);
  const lacking = new Set(await client.missing(digests, signal));
  const toSend = refs.filter(ref => lacking.has(ref.digest));
  for (let start = 0; start < toSend.length; start += uploadWindow) {
    const chunks = new Map<string, Bytes>();
    for (const ref of toSend.slice(start, start + uploadWindow)) {
      chunks.set(ref.digest, await readChunk(db, ref));
    }
    await uploadFile(client, { chunks }, { signal });
  }
  return client.submitCandidate(row.document, signal);
}
