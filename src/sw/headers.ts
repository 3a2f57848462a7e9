// Headers of what the service worker answers: of what it makes up itself; and of what comes from a host of files, which
// sends none of its own.

/** Isolation as the server gives it, so that threads work. */
const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
} as const;

/** The same, and a policy that lets a text do nothing. */
export const isolationHeaders = {
  ...isolation,
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
} as const;

/** The answer, isolated where its server did not do it. What cannot be read (opaque, an error) stays as it is. */
export function isolated(response: Response): Response {
  if (response.type === 'error' || response.type.startsWith('opaque')) return response;
  if (response.headers.has('Cross-Origin-Embedder-Policy')) return response;
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(isolation)) headers.set(name, value);
  const { status, statusText, body } = response;
  return new Response(body, { status, statusText, headers });
}
