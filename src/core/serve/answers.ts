// Answers of the protocol, as their hosts send them.
import { jsonMediaType } from '../protocol/messages.ts';
import type { ProtocolAnswer } from './service.ts';

const encoder = new TextEncoder();

export function jsonAnswer(value: unknown, headers: Readonly<Record<string, string>> = {}): ProtocolAnswer {
  return {
    status: 200,
    headers: { 'Content-Type': jsonMediaType, ...headers },
    body: encoder.encode(JSON.stringify(value)),
  };
}
