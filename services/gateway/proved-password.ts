// Which of a station's passwords it showed: of interest only where several work, as after a rotation whose end nobody heard.
import type { StationRegistered } from '#contracts/generated/types';
import { isGeneratedPassword } from '#contracts/passwords';
import { basicCredentialsOf, passwordForms } from './domain/basic-auth.ts';

/** Salt of the generated verifier that fits, in hex; empty where a chosen one did. Undefined where there is one password. */
export function provedSalt(authorization: string, { verifiers }: StationRegistered): string | undefined {
  if (verifiers.length < 2) return undefined;
  const credentials = basicCredentialsOf(authorization);
  if (credentials === undefined) return undefined;
  const forms = passwordForms(credentials.password);
  const proved = verifiers.find(
    (verifier) => verifier.scheme === 'hmac-sha256' && forms.some((form) => isGeneratedPassword(verifier, form)),
  );
  return proved === undefined ? '' : Buffer.from(proved.salt).toString('hex');
}
