// The headers every answer carries, page or API. The development server sends the same, so that nothing works only there.

/** What a page of ours may load and do: nothing from elsewhere, no code from strings; WebAssembly, which is the runtime. */
const pagePolicy = [
  "default-src 'self'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
];

function contentSecurityPolicy(ancestors: readonly string[]): string {
  return [...pagePolicy, `frame-ancestors ${ancestors.join(' ') || "'none'"}`].join('; ');
}

/** Isolation (COOP, COEP) is what gives WebAssembly its threads; worker scripts need it too. */
export const securityHeaders: Readonly<Record<string, string>> = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Content-Security-Policy': contentSecurityPolicy([]),
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Permissions-Policy': 'camera=(self), microphone=(self), geolocation=(self), payment=(), usb=(), serial=()',
};

/**
 * What of them is otherwise for the page that these origins may embed. Isolated pages load only what says that they may
 * (HTML, cross-origin embedder policies), so that it is said; its own isolation it keeps, which they want as well.
 */
export function frameHeaders(origins: readonly string[]): Readonly<Record<string, string>> {
  if (origins.length === 0) return {};
  return {
    'Content-Security-Policy': contentSecurityPolicy(origins),
    'Cross-Origin-Resource-Policy': 'cross-origin',
  };
}

/**
 * Those that say what a page may do. A 304 has no content to be a page, and whoever keeps the answer that it confirms keeps
 * that one's headers (RFC 9110 §15.4.5): "nothing new" is asked for by every device again and again, and goes without.
 */
export const pageHeaders = [
  'Cross-Origin-Opener-Policy',
  'Cross-Origin-Embedder-Policy',
  'Content-Security-Policy',
  'Referrer-Policy',
  'Permissions-Policy',
] as const;
