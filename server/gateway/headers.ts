// The headers every answer carries, page or API. The development server sends the same, so that nothing works only there.

/** What a page of ours may load and do: nothing from elsewhere, no code from strings; WebAssembly, which is the runtime. */
const contentSecurityPolicy = [
  "default-src 'self'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "form-action 'self'",
].join('; ');

/** Isolation (COOP, COEP) is what gives WebAssembly its threads; worker scripts need it too. */
export const securityHeaders: Readonly<Record<string, string>> = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Content-Security-Policy': contentSecurityPolicy,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Permissions-Policy': 'camera=(self), microphone=(self), geolocation=(), payment=(), usb=(), serial=()',
};

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
