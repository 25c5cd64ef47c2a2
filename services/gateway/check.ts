// Step 2 of a station's CALL: is there such an action, may it come now, is its payload valid?
import { actionsOf, guardOf, type OcppVersion, type Violation } from '#contracts/ocpp';
import type { Connection } from './connection.ts';
import type { Row } from './domain/action.ts';
import { errorKindOf, type ErrorKind } from './domain/error-codes.ts';
import type { Frame } from './domain/frame.ts';

/** What a station sends by itself: a CALL, or 2.1's SEND. */
export type RequestFrame = Extract<Frame, { kind: 'call' | 'send' }>;

export type Refusal = {
  readonly kind: ErrorKind;
  readonly description: string;
  /** Why the message is kept whole all the same; undefined where it says nothing that we know. */
  readonly kept: Violation | { readonly message: string } | undefined;
};

export type Checked =
  | { readonly row: Row<object>; readonly request: object; readonly refusal: undefined }
  | { readonly row: undefined; readonly request: undefined; readonly refusal: Refusal };

export function check(connection: Connection, frame: RequestFrame): Checked {
  const { version, actions } = connection.dialect;
  const row = Object.hasOwn(actions, frame.action) ? actions[frame.action] : undefined;
  if (row === undefined) {
    const isOurs = isActionOf(version, frame.action);
    return isOurs
      ? refusal('not-supported', 'this action goes from us to the station')
      : refusal('not-implemented', 'no such action');
  }
  if (!connection.accepted && row.beforeBoot !== true && !connection.outbound.hasTriggered(frame.action))
    return refusal('security', 'BootNotification was not accepted yet');
  if ((row.isSend === true) !== (frame.kind === 'send')) {
    const description = row.isSend === true ? 'this message comes as a SEND' : 'this message comes as a CALL';
    return refusal('message-type', description, { message: description });
  }
  const violation = guardOf(version, frame.action, 'Request')?.(frame.payload);
  if (violation === undefined)
    return { row: row as unknown as Row<object>, request: frame.payload as object, refusal: undefined };
  const where = violation.path === '' ? 'payload' : violation.path;
  return refusal(errorKindOf(violation), `${where} ${violation.message}`, violation);
}

function refusal(kind: ErrorKind, description: string, kept?: Refusal['kept']): Checked {
  return { row: undefined, request: undefined, refusal: { kind, description, kept } };
}

const actionNames = new Map<OcppVersion, ReadonlySet<string>>();

function isActionOf(version: OcppVersion, action: string): boolean {
  const names = actionNames.get(version) ?? new Set(actionsOf(version));
  actionNames.set(version, names);
  return names.has(action);
}
