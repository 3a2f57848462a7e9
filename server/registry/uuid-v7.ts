// Identifiers that sort by the time they were made at: UUID version 7 (RFC 9562 §5.7), with a counter in `rand_a` (§6.2,
// method 1), so that what one process makes within a millisecond keeps its order.
import { randomBytes } from 'node:crypto';

const maxCounter = 0xfff;
let last = { timeMs: -1, counter: 0 };

export function uuidV7(at: Date): string {
  const timeMs = at.getTime();
  last = { timeMs, counter: timeMs === last.timeMs ? Math.min(last.counter + 1, maxCounter) : 0 };
  const bytes = randomBytes(16);
  bytes.writeUIntBE(timeMs, 0, 6);
  bytes.writeUInt16BE(0x7000 | last.counter, 6);
  bytes.writeUInt8(0x80 | (bytes.readUInt8(8) & 0x3f), 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
