// HTTP Basic as OCPP uses it: user = identity, password = bytes that need be no text (1.6 AuthorizationKey).

export type Credentials = { readonly user: string; readonly password: Buffer };

/** Splits at the first colon; an identity holds none. Undefined where the header is not Basic. */
export function basicCredentialsOf(header: string): Credentials | undefined {
  const match = /^Basic +([A-Za-z0-9+/_-]+=*) *$/i.exec(header);
  if (match?.[1] === undefined) return undefined;
  const bytes = Buffer.from(match[1], 'base64');
  const colon = bytes.indexOf(0x3a);
  if (colon < 0) return undefined;
  return { user: bytes.subarray(0, colon).toString('utf8'), password: bytes.subarray(colon + 1) };
}

const hexKeyPattern = /^(?:[0-9a-fA-F]{2}){16,20}$/;

/** The forms in which a station may show one password: its bytes, and where these are hex digits of a key, the key. */
export function passwordForms(password: Buffer): readonly Buffer[] {
  const text = password.toString('latin1');
  return hexKeyPattern.test(text) ? [password, Buffer.from(text, 'hex')] : [password];
}
