// A partner's versions and credentials, asked over the egress; answers come from outside and are checked and bounded.
import { randomUUID } from 'node:crypto';
import { Compile } from 'typebox/compile';
import {
  credentials as credentialsSchema,
  versionDetails,
  versionNumber,
  versions,
  type Credentials,
  type Endpoint,
} from '../wire/v221/credentials.ts';
import { jsonOf } from '../wire/json.ts';
import type { Egress, EgressRequest } from '#kit/egress';

/** A peer as we may talk to it. */
export type Peer = { readonly hosts: readonly string[]; readonly token: string; readonly versionsUrl: string };

/** OCPI's codes for what is wrong with the other side: 3001 unusable, 3002 no version in common, 3003 an endpoint is missing. */
export type PeerFault = { readonly kind: 'fault'; readonly code: 3001 | 3002 | 3003; readonly why: string };
export type Found = {
  readonly kind: 'found';
  readonly endpoints: readonly Endpoint[];
  readonly credentialsUrl: string;
};

const isVersions = Compile(versions);
const isDetails = Compile(versionDetails);
const isCredentials = Compile(credentialsSchema);

/** Versions, then the details of the one that we speak. */
export async function discover(egress: Egress, peer: Peer): Promise<Found | PeerFault> {
  const listed = await ask(egress, peer, { method: 'GET', url: peer.versionsUrl }, isVersions);
  if (listed.kind === 'fault') return listed;
  const ours = listed.data.find(({ version }) => version === versionNumber);
  if (ours === undefined) return fault(3002, `it does not offer ${versionNumber}`);
  const details = await ask(egress, peer, { method: 'GET', url: ours.url }, isDetails);
  if (details.kind === 'fault') return details;
  const { endpoints } = details.data;
  const credentials = endpoints.find(({ identifier }) => identifier === 'credentials');
  if (credentials === undefined) return fault(3003, 'it has no credentials endpoint');
  return { kind: 'found', endpoints, credentialsUrl: credentials.url };
}

/** Hands over our credentials and takes theirs. */
export async function exchangeCredentials(
  egress: Egress,
  peer: Peer,
  url: string,
  ours: Credentials,
): Promise<{ readonly kind: 'answered'; readonly data: Credentials } | PeerFault> {
  return ask(egress, peer, { method: 'POST', url, body: jsonOf(ours) }, isCredentials);
}

type Checked<D> = { Check(value: unknown): value is D };

async function ask<D>(
  egress: Egress,
  { token, hosts }: Peer,
  request: Pick<EgressRequest, 'method' | 'url' | 'body'>,
  check: Checked<D>,
): Promise<{ readonly kind: 'answered'; readonly data: D } | PeerFault> {
  const headers = {
    authorization: `Token ${Buffer.from(token, 'utf8').toString('base64')}`,
    'x-request-id': randomUUID(),
    'x-correlation-id': randomUUID(),
  };
  const answer = await egress({ ...request, hosts, headers });
  if (answer.kind !== 'answered') return fault(3001, answer.why);
  if (answer.status !== 200 && answer.status !== 201) return fault(3001, `it answers HTTP ${answer.status}`);
  const envelope = parsed(answer.text);
  if (envelope === undefined) return fault(3001, 'its answer is no OCPI answer');
  const { status_code: code, data } = envelope;
  if (typeof code !== 'number' || code < 1000 || code > 1999) return fault(3001, `it answers OCPI ${shortened(code)}`);
  return check.Check(data)
    ? { kind: 'answered', data }
    : fault(3001, 'the data of its answer are not as OCPI wants them');
}

function parsed(text: string): { readonly status_code?: unknown; readonly data?: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function shortened(code: unknown): string {
  return typeof code === 'number' ? String(code) : 'without a status code';
}

function fault(code: PeerFault['code'], why: string): PeerFault {
  return { kind: 'fault', code, why };
}
