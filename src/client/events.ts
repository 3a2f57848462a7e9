// Server-sent events read off a fetch, so that the request can carry a key (`EventSource` cannot).
import { createParser } from 'eventsource-parser';
import { type RegistryEvent, registryEventSchema } from '../core/artifact/registry-api.ts';
import { eachPart } from './each-part.ts';

/** Calls `onEvent` for each event until the stream ends. Kinds of event that a later release adds are passed over. */
export async function readEvents(
  response: Response,
  onEvent: (event: RegistryEvent) => void,
  onBytes: () => void,
): Promise<void> {
  const parser = createParser({
    onEvent: ({ data }) => {
      const event = parseEvent(data);
      if (event) onEvent(event);
    },
  });
  const decoder = new TextDecoder();
  await eachPart(response, part => {
    onBytes();
    parser.feed(decoder.decode(part, { stream: true }));
  });
}

function parseEvent(data: string): RegistryEvent | null {
  try {
    return registryEventSchema.safeParse(JSON.parse(data)).data ?? null;
  } catch {
    return null;
  }
}
