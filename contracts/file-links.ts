// Links by which one station reads or uploads one file once: how they look, so that whoever keeps texts can hide their secret.

/** What begins the secret of a link: 43 characters of base64url follow it. */
export const linkTokenPrefix = 'once-';

const linkToken = /once-[A-Za-z0-9_-]{43}/g;

/** The text without the secrets of links in it; a text without one comes back as it is. */
export function withoutLinkTokens(text: string): string {
  return text.includes(linkTokenPrefix) ? text.replaceAll(linkToken, '[redacted]') : text;
}
