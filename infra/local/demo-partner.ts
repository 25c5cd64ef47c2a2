// The demo's OCPI partner: an eMSP whose drivers hold a few of the fleet's cards, with a token to read its sessions and CDRs.
import type { PartnerValue } from '#contracts/registry';
import { keepSecret, keptSecret } from '#infra/local/secrets';

export const demoPartner = {
  partnerId: 'demo-emp',
  name: 'Demo eMSP',
  parties: ['NL-EMP'],
  ourParties: ['DE-CSM', 'NL-CSM'],
  hosts: ['demo-emp.example'],
} as const satisfies Partial<PartnerValue>;

/** Every how many-th card of the fleet is the partner's. */
const everyNth = 3;
const answerTimeoutMs = 60_000;
const secretName = 'demoPartnerToken';

/** Whose a card of the fleet is, by its number. */
export function demoIssuerOf(index: number): { issuer: string; contractId: string } | undefined {
  if (index % everyNth !== 0) return undefined;
  return { issuer: demoPartner.parties[0], contractId: `NL-EMP-C${String(index).padStart(8, '0')}` };
}

export type DemoPartnerPlace = {
  readonly operatorUrl: string;
  readonly key: string;
  readonly partnersUrl: string;
  readonly secretsFile: string;
};

/** Registers it where it is not, and keeps a token that works in the secrets file. Doing it again changes nothing. */
export async function registerDemoPartner(place: DemoPartnerPlace): Promise<void> {
  const created = await call(place, '/v1/ocpi/partners', demoPartner);
  if (created.status !== 201 && created.status !== 409) throw new Error(`/v1/ocpi/partners answers ${created.status}`);
  if (await works(place, keptSecret(place.secretsFile, secretName))) return;
  const path = `/v1/ocpi/partners/${demoPartner.partnerId}/tokens`;
  const issued = await call(place, path, { kind: 'credentials' });
  if (issued.status !== 201) throw new Error(`${path} answers ${issued.status}`);
  keepSecret(place.secretsFile, secretName, (issued.body as { token: string }).token);
}

/** The token in the form of its header; undefined before the demo was registered. */
export function demoPartnerHeader(secretsFile: string): string | undefined {
  const token = keptSecret(secretsFile, secretName);
  return token === undefined ? undefined : headerOf(token);
}

async function works({ partnersUrl }: DemoPartnerPlace, token: string | undefined): Promise<boolean> {
  if (token === undefined) return false;
  const ids = { 'x-request-id': 'seed', 'x-correlation-id': 'seed' };
  const { status } = await fetch(`${partnersUrl}/ocpi/versions`, {
    headers: { authorization: headerOf(token), ...ids },
    signal: AbortSignal.timeout(answerTimeoutMs),
  });
  return status === 200;
}

function headerOf(token: string): string {
  return `Token ${Buffer.from(token).toString('base64')}`;
}

async function call(
  { operatorUrl, key }: DemoPartnerPlace,
  path: string,
  body: object,
): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`${operatorUrl}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(answerTimeoutMs),
  });
  return { status: response.status, body: await response.json() };
}
