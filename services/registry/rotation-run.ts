// Process: carries passwords to their stations as commands, and settles each by its command's end.
import { sleep } from '#kit/back-off';
import type { Closable } from '#kit/lifecycle';
import type { Logger } from '#kit/logger';
import { rotationAfter } from './domain/rotation.ts';
import type { StationCommands } from './station-commands.ts';
import { noteCommand, pendingRotations, settleRotation, type Rotation } from './store/rotations.ts';
import type { Store } from './store/write.ts';

export type RotationRun = {
  readonly store: Store;
  readonly commands: StationCommands;
  readonly logger: Logger;
  readonly everyMs: number;
};

const atOnceMax = 100;

/** Looks every `everyMs`; what fails is told and tried again with the next look. */
export function runRotations(run: RotationRun): Closable {
  const closing = new AbortController();
  const running = (async () => {
    while (!closing.signal.aborted) {
      await carryRotations(run).catch((error: unknown) => run.logger.error({ err: error }, 'rotations not looked at'));
      await sleep(run.everyMs, closing.signal);
    }
  })();
  return {
    async close() {
      closing.abort();
      await running;
    },
  };
}

export async function carryRotations(run: RotationRun): Promise<void> {
  for (const rotation of await pendingRotations(run.store, atOnceMax)) {
    await carry(run, rotation).catch((error: unknown) =>
      run.logger.warn({ err: error, stationId: rotation.stationId }, 'password not carried to its station yet'),
    );
  }
}

/** 1. The command, 2. note its id, 3. settle by its end. A crash between asks again, under the same key: the same command. */
async function carry({ store, commands }: RotationRun, rotation: Rotation): Promise<void> {
  const { tenantId, stationId, credentialId, commandId } = rotation;
  if (commandId === null) {
    const taken = await commands.rotate(tenantId, stationId, credentialId);
    await noteCommand(store, rotation, taken.commandId);
    return;
  }
  const standing = await commands.standing(tenantId, commandId);
  // The log keeps commands for seven days, far longer than one may wait.
  const { outcome, detail } = standing ?? { outcome: 'unknown', detail: 'its command is not known any more' };
  if (outcome !== null) await settleRotation(store, rotation, { state: rotationAfter(outcome, detail), detail });
}
