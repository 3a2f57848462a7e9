// Who answered a prediction, as a response header: an Item of RFC 9651 (Structured Fields) with parameters, such as
//   Haversack-Answered-By: device;model="digits";version="3";variant="fp32";provider="wasm";ms=0.8
import { z } from '../zod.ts';

export const answeredByHeader = 'Haversack-Answered-By';

export const answeredBySchema = z.object({
  /** `device`: in this browser. `server`: in the Haversack server. `upstream`: in an engine behind it. */
  who: z.enum(['device', 'server', 'upstream']),
  model: z.string(),
  version: z.string().nullable(),
  variant: z.string().nullable(),
  /** What computed: `cpu`, `wasm`, `webgpu`; null where the engine does not say. */
  provider: z.string().nullable(),
  /** The run alone, without waiting and without the way there and back. */
  ms: z.number().min(0),
});
export type AnsweredBy = z.infer<typeof answeredBySchema>;

/** Strings hold only what RFC 9651 §3.3.3 lets them; what else they had becomes `?`. */
export function formatAnsweredBy({ who, model, version, variant, provider, ms }: AnsweredBy): string {
  const strings = Object.entries({ model, version, variant, provider })
    .filter((entry): entry is [string, string] => entry[1] !== null)
    .map(([name, value]) => `;${name}="${quotable(value)}"`);
  return `${who}${strings.join('')};ms=${ms.toFixed(3)}`;
}

function quotable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?').replace(/["\\]/g, '\\$&');
}

const parameter = /;\s*([a-z]+)=(?:"((?:[^"\\]|\\["\\])*)"|([\d.]+))/g;

/** Null for what is no such header: another server's, or none. */
export function parseAnsweredBy(header: string | null): AnsweredBy | null {
  const who = /^\s*([a-z]+)/.exec(header ?? '')?.[1];
  if (who === undefined) return null;
  const found = new Map<string, string>();
  for (const [, name, text, number] of header!.matchAll(parameter)) {
    found.set(name!, text?.replace(/\\(["\\])/g, '$1') ?? number!);
  }
  const parsed = answeredBySchema.safeParse({
    who,
    model: found.get('model'),
    version: found.get('version') ?? null,
    variant: found.get('variant') ?? null,
    provider: found.get('provider') ?? null,
    ms: Number(found.get('ms')),
  });
  return parsed.success ? parsed.data : null;
}
