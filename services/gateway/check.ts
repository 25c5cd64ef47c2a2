// Step 2 of a station's CALL: is there such an action, may it come now, is its payload valid?
import { actionsOf, guardOf, type OcppVersion, type Violation } from '#contracts/ocpp';
import type { Connection } from './connection.ts';
import type { Row } from './domain/action.ts';
import { errorKindOf, type ErrorKind } from './domain/error-codes.ts';
import type { Frame } from './domain/frame.ts';
import { oddityOfFrame, understandOdd, type Oddity } from './odd-messages.ts';

/** What a station sends by itself: a CALL, or 2.1's SEND. */
export type RequestFrame = Extract<Frame, { kind: 'call' | 'send' }>;

export type Refusal = {
  readonly kind: ErrorKind;
  readonly description: string;
  /** Why the message is kept whole all the same; undefined where it says nothing that we know. */
  readonly kept: Violation | { readonly message: string } | undefined;
};

export type Checked =
  | {
      readonly row: Row<object>;
      /** As handlers read it: the payload, or what an odd one means. */
      readonly request: object;
      readonly refusal: undefined;
      readonly oddity: Oddity | undefined;
    }
  | {
      readonly row: undefined;
      readonly request: undefined;
      readonly refusal: Refusal;
      /** Of a payload that could not be understood. */
      readonly oddity: Oddity | undefined;
    };

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
  return checkPayload(connection, frame, row as unknown as Row<object>);
}

/** The usual payload is valid at first and costs one look; any other is mended by rules until it is, or is refused. */
function checkPayload(connection: Connection, frame: RequestFrame, row: Row<object>): Checked {
  const guard = guardOf(connection.dialect.version, frame.action, 'Request');
  const violation = guard?.(frame.payload);
  if (guard === undefined || violation === undefined)
    return { row, request: frame.payload as object, refusal: undefined, oddity: oddityOfFrame(frame) };
  const understood = understandOdd(connection, frame, { violation, guard });
  const oddity = { quirks: understood.quirks, lossy: understood.lossy };
  if (understood.kind === 'understood') return { row, request: understood.payload, refusal: undefined, oddity };
  const { path, message } = understood.violation;
  const where = path === '' ? 'payload' : path;
  const answer = refusal(errorKindOf(understood.violation), `${where} ${message}`, understood.violation);
  return { ...answer, oddity };
}

function refusal(kind: ErrorKind, description: string, kept?: Refusal['kept']): Extract<Checked, { row: undefined }> {
  return { row: undefined, request: undefined, refusal: { kind, description, kept }, oddity: undefined };
}

const actionNames = new Map<OcppVersion, ReadonlySet<string>>();

function isActionOf(version: OcppVersion, action: string): boolean {
  const names = actionNames.get(version) ?? new Set(actionsOf(version));
  actionNames.set(version, names);
  return names.has(action);
}
