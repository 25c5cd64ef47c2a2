// What an operator wants of a station, and which wishes are refused although they are well-formed.
import { parametersBytesMax, type Intent } from '#contracts/commands';
import { isSecretVariable, tellsSecret } from '#contracts/secret-variables';

export type Violation = { readonly path: string; readonly message: string };

export type Wish = { readonly intent: Intent; readonly parameters: object };

/** Fields of OCPP messages that hold a secret (2.x SetNetworkProfile), in lower case. */
const secretFields: ReadonlySet<string> = new Set([
  'password',
  'basicauthpassword',
  'apnpassword',
  'authorizationkey',
  'simpin',
]);

/** A URL with somebody in it who has a password, alone or amid a text. */
const urlPassword = /:\/\/[^/?#\s:"]*:[^/?#\s"]*@/;

/** Passwords and keys never enter the log, so what holds one is refused: each by its path. */
export function secretWrites({ parameters }: Pick<Wish, 'parameters'>): Violation[] {
  return secretsIn(parameters, 'body/parameters');
}

function secretsIn(value: unknown, path: string): Violation[] {
  if (typeof value === 'string') return secretsInText(value, path);
  if (Array.isArray(value)) return value.flatMap((item, n) => secretsIn(item, `${path}/${n}`));
  if (!isObject(value)) return [];
  const written = writtenSecret(value, path);
  if (written !== undefined) return [written];
  return Object.entries(value).flatMap(([key, inner]) => {
    const at = `${path}/${key}`;
    if (!holdsSecret(key, value)) return secretsIn(inner, at);
    return [{ path: at, message: `${key} holds a secret` }];
  });
}

/** What a vendor's own message says as text may be JSON, or tell a key in words. */
function secretsInText(text: string, path: string): Violation[] {
  if (urlPassword.test(text)) return [{ path, message: 'a URL with a password holds a secret' }];
  const isTold = tellsSecret(text) || secretsIn(structureIn(text), path).length > 0;
  return isTold ? [{ path, message: 'the text tells a secret' }] : [];
}

function structureIn(text: string): unknown {
  if (!/^\s*[{[]/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A VPN's key is named as every configuration key of 1.6 is. */
function holdsSecret(key: string, holder: object): boolean {
  return secretFields.has(key.toLowerCase()) || (key === 'key' && 'server' in holder);
}

/** A variable that is written: as our intents, 1.6 ChangeConfiguration and 2.x SetVariables name it. */
function writtenSecret(
  { variable, key, value, attributeValue }: Record<string, unknown>,
  path: string,
): Violation | undefined {
  const [name, where] =
    typeof value === 'string'
      ? [variable ?? key, variable === undefined ? 'key' : 'variable']
      : [isObject(variable) && attributeValue !== undefined ? variable['name'] : undefined, 'variable/name'];
  if (typeof name !== 'string' || !isSecretVariable(name)) return undefined;
  return { path: `${path}/${where}`, message: `${name} holds a secret` };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** More than this does not fit the log beside other commands; measured as the log holds it. */
export function tooLarge({ parameters }: Wish): Violation | undefined {
  const bytes = Buffer.byteLength(JSON.stringify(parameters));
  if (bytes <= parametersBytesMax) return undefined;
  return {
    path: 'body/parameters',
    message: `is ${bytes} bytes of JSON; at most ${parametersBytesMax} are sent at once`,
  };
}
