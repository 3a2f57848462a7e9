// How a server is doing, as an admin asks. Apart from `AdminClient`: one screen does.
import { type Live, liveSchema } from '../core/artifact/live-api.ts';
import type { Connection } from './http.ts';
import { path } from './registry-paths.ts';

/** @throws HaversackError `Offline`, `Aborted`, or the code the server answered */
export async function readLive(connection: Connection, signal?: AbortSignal): Promise<Live> {
  return (await connection.json(path`/live`, liveSchema, { signal })).value;
}
