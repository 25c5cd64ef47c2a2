// Signed messages (2.x part 4 section 5): the action ends in -Signed, the payload is a JWS of the message; whoever receives it unwraps it.
// The signature is not verified: who speaks is known by the connection, and the frame as it came is in the audit.

const suffix = '-Signed';

/** Action and text of the message within, or undefined where none can be read: no JWS, or no base64url in it. */
export function unwrapSigned(action: string, payload: unknown): { action: string; text: string } | undefined {
  if (!action.endsWith(suffix)) return undefined;
  const encoded = encodedPayloadOf(payload);
  if (encoded === undefined || !/^[\w-]+$/.test(encoded)) return undefined;
  return { action: action.slice(0, -suffix.length), text: Buffer.from(encoded, 'base64url').toString() };
}

/** RFC 7515: the compact form is header.payload.signature, both JSON forms name it (section 7). */
function encodedPayloadOf(jws: unknown): string | undefined {
  if (typeof jws === 'string') {
    const [, encoded, signature] = jws.split('.');
    return signature === undefined ? undefined : encoded;
  }
  if (typeof jws !== 'object' || jws === null || !('payload' in jws)) return undefined;
  return typeof jws.payload === 'string' ? jws.payload : undefined;
}
