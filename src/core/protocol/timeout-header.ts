// How long a caller waits for an answer, in whole milliseconds from when the request arrives. HTTP has no field for it; a request's
// parameter `timeout`, which Triton has, counts in µs and reaches inference only.

export const timeoutHeader = 'Haversack-Timeout-Ms';

/** Null where the header says nothing, or nothing that can be meant. */
export function parseTimeout(header: string | null): number | null {
  return header !== null && /^[1-9]\d{0,8}$/.test(header.trim()) ? Number(header) : null;
}
