// What a registry's wire answers, broken lines included.
import type { Bytes } from '../../src/core/artifact/digest.ts';
import { errorCatalogue, type ErrorCode } from '../../src/core/errors.ts';

/** @param onSent told how many bytes, each time */
export function endless(onSent: (bytes: number) => void): ReadableStream<Uint8Array> {
  return new ReadableStream({
    pull(controller) {
      onSent(4096);
      controller.enqueue(new Uint8Array(4096));
    },
  });
}

export function cutShort(bytes: Bytes): ReadableStream<Uint8Array> {
  let sent = false;
  return new ReadableStream({
    pull(controller) {
      if (sent) {
        controller.error(new TypeError('network error'));
        return;
      }
      sent = true;
      controller.enqueue(bytes.slice(0, bytes.length / 2));
    },
  });
}

export function json(value: unknown, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(value), { headers: { 'content-type': 'application/json', ...headers } });
}

export function problem(code: ErrorCode, detail: string): Response {
  const { status, title } = errorCatalogue[code];
  const body = { type: 'about:blank', title, status, detail, code, error: detail };
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/problem+json' },
  });
}
