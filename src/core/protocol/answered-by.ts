// Who answered a prediction, as a response header: an Item of RFC 9651 (Structured Fields) with parameters, such as
//   Haversack-Answered-By: device;model="digits";version="3";variant="fp32";provider="wasm";ms=0.8

export const answeredByHeader = 'Haversack-Answered-By';

/** `device`: in this browser. `server`: in the Haversack server. `upstream`: in an engine behind it. */
const answerers = ['device', 'server', 'upstream'] as const;

export interface AnsweredBy {
  readonly who: (typeof answerers)[number];
  readonly model: string;
  readonly version: string | null;
  readonly variant: string | null;
  /** What computed: `cpu`, `wasm`, `webgpu`; null where the engine does not say. */
  readonly provider: string | null;
  /** The run alone, without waiting and without the way there and back. */
  readonly ms: number;
}

export function formatAnsweredBy({ who, model, version, variant, provider, ms }: AnsweredBy): string {
  const strings = said('model', model) + said('version', version) + said('variant', variant);
  return `${who}${strings}${said('provider', provider)};ms=${ms.toFixed(3)}`;
}

function said(name: string, value: string | null): string {
  return value === null ? '' : `;${name}="${quotable(value)}"`;
}

/** As it is, in nearly every answer. */
const plain = /^[\x20-\x21\x23-\x5b\x5d-\x7e]*$/;

/** Strings hold only what RFC 9651 §3.3.3 lets them; what else they had becomes `?`. */
function quotable(text: string): string {
  return plain.test(text) ? text : text.replace(/[^\x20-\x7e]/g, '?').replace(/["\\]/g, '\\$&');
}

const parameter = /;\s*([a-z]+)=(?:"((?:[^"\\]|\\["\\])*)"|([\d.]+))/g;

/** Null for what is no such header: another server's, or none. */
export function parseAnsweredBy(header: string | null): AnsweredBy | null {
  const named = /^\s*([a-z]+)/.exec(header ?? '')?.[1];
  const who = answerers.find(known => known === named);
  if (who === undefined) return null;
  const found = new Map<string, string>();
  for (const [, name, text, number] of header!.matchAll(parameter)) {
    found.set(name!, text?.replace(/\\(["\\])/g, '$1') ?? number!);
  }
  const model = found.get('model');
  const ms = Number(found.get('ms'));
  if (model === undefined || !(ms >= 0)) return null;
  const orNull = (name: string) => found.get(name) ?? null;
  return {
    who,
    model,
    version: orNull('version'),
    variant: orNull('variant'),
    provider: orNull('provider'),
    ms,
  };
}
