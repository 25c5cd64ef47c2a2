// Which start a command asks for, by intent or by its OCPP name: whoever asks vouches for the card that it names.
import type { IntentParameters } from '#contracts/commands';
import type { CommandRequested } from '#contracts/generated/types';
import { remoteStartIdOf } from '#contracts/keys';

export type VouchedStart = {
  readonly token: { readonly uid: string; readonly type: string };
  /** Null: any EVSE of the station. A 1.6 connector number is none before the registry maps it. */
  readonly evseId: number | null;
  readonly remoteStartId: number;
};

/** Undefined where the command starts nothing. */
export function vouchedStart(
  command: Pick<CommandRequested, 'commandId' | 'intent' | 'parametersJson'>,
): VouchedStart | undefined {
  const remoteStartId = remoteStartIdOf(command.commandId);
  switch (command.intent) {
    case 'StartCharging': {
      const { token, evseId } = JSON.parse(command.parametersJson) as IntentParameters<'StartCharging'>;
      return { token, evseId: evseId ?? null, remoteStartId };
    }
    case 'SendCall':
      return rawStart(JSON.parse(command.parametersJson) as IntentParameters<'SendCall'>, remoteStartId);
    default:
      return undefined;
  }
}

/** Its payload was checked by its schema before the command was taken; what is none all the same starts nothing. */
function rawStart({ action, payload }: IntentParameters<'SendCall'>, ownId: number): VouchedStart | undefined {
  const { idTag, idToken, evseId, remoteStartId } = payload;
  if (action === 'RemoteStartTransaction' && typeof idTag === 'string')
    return { token: { uid: idTag, type: 'Central' }, evseId: null, remoteStartId: ownId };
  if (action !== 'RequestStartTransaction' || typeof remoteStartId !== 'number') return undefined;
  const { idToken: uid, type } = (idToken ?? {}) as { readonly idToken?: unknown; readonly type?: unknown };
  if (typeof uid !== 'string' || typeof type !== 'string') return undefined;
  return { token: { uid, type }, evseId: typeof evseId === 'number' ? evseId : null, remoteStartId };
}
