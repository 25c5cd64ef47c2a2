// PEM (RFC 7468): base64 between two lines, as TLS programs read and write it.

/** DER bytes as one PEM block of this label. */
export function pemOf(label: string, der: ArrayBuffer | Uint8Array): string {
  const bytes = der instanceof Uint8Array ? Buffer.from(der) : Buffer.from(der);
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}

/** The DER bytes of the only block of this label; undefined where there is none, or more than one. */
export function derOf(label: string, pem: string): Uint8Array<ArrayBuffer> | undefined {
  const blocks = [...pem.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\s]+)-----END \1-----/g)];
  const [block] = blocks;
  if (blocks.length !== 1 || block?.[1] !== label) return undefined;
  return new Uint8Array(Buffer.from(block[2] ?? '', 'base64'));
}
