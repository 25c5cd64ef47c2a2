// Makes the link that a station is told: its secret follows from the command, so that a repeated request tells the same one.
import { createHash, createHmac } from 'node:crypto';
import { linkTokenPrefix } from '#contracts/file-links';
import type { CommandRequested } from '#contracts/generated/types';
import type { Secrets } from '#contracts/secrets';
import type { Problem } from '#kit/http';
import type { Database } from '#kit/postgres';
import { sourceOf } from '../domain/file-source.ts';
import { addLink } from './link-register.ts';
import { findFile } from './register.ts';

/** The parameters with the location that the station is told. */
export type Located =
  | { readonly kind: 'located'; readonly parameters: Readonly<Record<string, unknown>> }
  | { readonly kind: 'refused'; readonly problem: Problem };

export type Locate = (request: CommandRequested, parameters: Readonly<Record<string, unknown>>) => Promise<Located>;

export type LinkOptions = {
  readonly database: Database;
  readonly secrets: Pick<Secrets, 'tenantKeySeed'>;
  /** Where stations reach the file server. */
  readonly url: string;
  /** Beyond the command's own expiry, or the time at which the station is to begin. */
  readonly openMs: number;
  now(): number;
};

/** What is not about files, or names its location itself, stays as it is. */
export function linksIn({ database, secrets, url, openMs, now }: LinkOptions): Locate {
  return async (request, parameters) => {
    const source = sourceOf(request.intent, parameters);
    if (source.kind === 'none') return { kind: 'located', parameters };
    if (source.kind === 'faulty') return refused({ status: 400, title: 'The request is not valid', ...source });
    const { tenantId, stationId, commandId } = request;
    const fileId = source.kind === 'file' ? source.fileId : null;
    const file = fileId === null ? undefined : await findFile(database, tenantId, fileId, 'operator');
    if (fileId !== null && file === undefined) {
      const violations = [{ path: 'body/parameters/fileId', message: `there is no file ${fileId}` }];
      return refused({ status: 422, title: 'No such file', violations });
    }
    const kind = fileId === null ? 'upload' : 'download';
    const token = tokenOf(secrets, [kind, tenantId, stationId, commandId, fileId ?? '']);
    const expiresAtMs = Math.max(request.expiresAt, source.beginsAtMs) + openMs;
    await addLink(database, { tenantId, stationId, commandId, kind, fileId, expiresAtMs }, tokenHashOf(token), now());
    const place = `${url}/${kind}/${encodeURIComponent(stationId)}/${token}`;
    const location = file === undefined ? place : `${place}/${encodeURIComponent(file.name)}`;
    const { fileId: _, ...others } = parameters;
    return { kind: 'located', parameters: { ...others, location } };
  };
}

function refused(problem: Problem): Located {
  return { kind: 'refused', problem };
}

/** 256 bits that nobody guesses who does not know the seed. */
function tokenOf({ tenantKeySeed }: LinkOptions['secrets'], parts: readonly string[]): string {
  const key = createHmac('sha256', Buffer.from(tenantKeySeed, 'hex')).update('file-links').digest();
  return linkTokenPrefix + createHmac('sha256', key).update(parts.join('\0')).digest('base64url');
}

/** What stands in the register in its place: who reads our tables cannot use the links in them. */
export function tokenHashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
