// Which passwords a station may have, and how long a replaced one goes on working.
import type { Violation } from './violation.ts';

/** OCPP 2.x BasicAuthPassword: 16 to 40 characters; 1.6 AuthorizationKey: 16 to 20 bytes, as 32 to 40 hex digits. */
export const passwordBytes = { min: 16, max: 40 } as const;
/** 22 characters of base64url carry 132 bits, 32 hex digits 128. */
const generatedCharsMin = { base64Url: 22, hex: 32 } as const;
const base64Url = /^[A-Za-z0-9_-]+$/;
const hex = /^[0-9a-fA-F]+$/;
const distinctCharsMin = 6;

/** @param generated the caller says that a random source made it: only then its verifier may be a fast one. */
export function passwordViolations(password: string, generated: boolean): Violation[] {
  const bytes = new TextEncoder().encode(password).length;
  if (bytes < passwordBytes.min || bytes > passwordBytes.max)
    return [{ path: 'password', message: `must have ${passwordBytes.min} to ${passwordBytes.max} bytes` }];
  const fault = generated ? generatedFault(password) : undefined;
  return fault === undefined ? [] : [{ path: 'password', message: fault }];
}

/** 1.6 stations show an AuthorizationKey as its bytes or as their hex digits, so the bytes are what a verifier is made of. */
export function canonicalPassword(password: string): Buffer {
  const isKey = password.length >= 32 && password.length % 2 === 0 && hex.test(password);
  return Buffer.from(password, isKey ? 'hex' : 'utf8');
}

/** When the passwords before a new one end: at once (null), or after the grace. */
export function graceEnd(now: number, graceSeconds: number): number | null {
  return graceSeconds === 0 ? null : now + graceSeconds * 1000;
}

function generatedFault(password: string): string | undefined {
  const charsMin = hex.test(password) ? generatedCharsMin.hex : generatedCharsMin.base64Url;
  if (password.length < charsMin || !base64Url.test(password))
    return 'a generated password carries at least 128 bits: 22 characters of base64url or 32 hex digits';
  return new Set(password).size < distinctCharsMin
    ? 'does not look generated: too few different characters'
    : undefined;
}
