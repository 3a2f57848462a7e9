// The one-time code that lets a device in: how it is made and read, and the link that carries it.
import { z } from '../zod.ts';
import { normaliseBase32, toBase32 } from './base32.ts';
import { roleSchema } from './role.ts';
import { keyIdSchema } from './signature.ts';

/** 80 bits: beyond guessing at any rate that a server answers. */
const codeBytes = 10;
const codeForm = /^[0-9A-HJKMNP-TV-Z]{16}$/;

/** Sixteen characters in groups of four: `7Q2K-M0XD-9RTB-4HWE`. */
export function makeEnrolmentCode(): string {
  const text = toBase32(crypto.getRandomValues(new Uint8Array(codeBytes)));
  return text.replace(/(.{4})(?=.)/g, '$1-');
}

/** The sixteen characters of what somebody typed; null where it can be no code. */
export function readEnrolmentCode(text: string): string | null {
  const code = normaliseBase32(text);
  return codeForm.test(code) ? code : null;
}

const invitationSchema = z.object({
  enrol: z.string().max(128),
  registry: keyIdSchema,
  /** For the question only: what the code gives is the registry's to say. */
  role: roleSchema.optional(),
});

/** What a link or a QR code brings: the code, and the key of the registry that made it. */
export interface Invitation {
  readonly code: string;
  readonly registry: string;
  readonly role: z.infer<typeof roleSchema> | null;
}

/** @param server its address, without a slash at the end */
export function invitationLink(server: string, { code, registry, role }: Invitation): string {
  const query = new URLSearchParams({ enrol: code, registry, ...(role ? { role } : {}) });
  return `${server}/#/settings?${query.toString()}`;
}

/** Null where the address holds no invitation. @param hash such as `#/settings?enrol=…&registry=…` */
export function invitationIn(hash: string): Invitation | null {
  const query = hash.split('?')[1];
  if (query === undefined) return null;
  const parsed = invitationSchema.safeParse(Object.fromEntries(new URLSearchParams(query)));
  if (!parsed.success || readEnrolmentCode(parsed.data.enrol) === null) return null;
  const { enrol, registry, role } = parsed.data;
  return { code: enrol, registry, role: role ?? null };
}
