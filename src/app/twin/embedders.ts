// Which origins may embed the frame: read off the policy that the browser itself goes by, so that there is one truth. It comes
// with the page, from the server or from the copy that is kept for when there is none.
import { embedPath } from '../../core/protocol/twin-messages.ts';

/** Null where neither the server nor a copy of its page can be had. */
export async function embedders(): Promise<string[] | null> {
  const response = await fetch(embedPath).catch(() => null);
  return response && frameAncestors(response.headers.get('content-security-policy'));
}

/** Origins only: a host of files, which sends no policy, and one that says `*` or names no origins, let nobody in. */
export function frameAncestors(policy: string | null): string[] {
  const directive = (policy ?? '')
    .split(';')
    .map(each => each.trim())
    .find(each => /^frame-ancestors\s/i.test(each));
  return (directive ?? '')
    .split(/\s+/)
    .slice(1)
    .filter(source => /^https?:\/\/[^/*\s]+$/.test(source));
}
