// The six characters by which people compare a device's key: on the device's screen and on the admin's.

/** First six hexadecimal digits of the key id, as `AB1-2CD`. For the eye only: 24 bits are no proof. */
export function deviceCode(keyId: string): string {
  const digits = keyId.slice(0, 6).toUpperCase();
  return `${digits.slice(0, 3)}-${digits.slice(3)}`;
}
