// The registry's way to the commands of the stations service: a password that is to be taken over, and what came of it.
import Type from 'typebox';
import { Value } from 'typebox/value';

export type CommandStanding = {
  readonly commandId: string;
  readonly outcome: string | null;
  readonly detail: string | null;
};

export type StationCommands = {
  /** Asks for RotatePassword; the same credential always names the same command. Rejects where it is not taken now. */
  rotate(tenantId: string, stationId: string, credentialId: string): Promise<CommandStanding>;
  /** Undefined where the command is not known (any more). */
  standing(tenantId: string, commandId: string): Promise<CommandStanding | undefined>;
};

export type StationCommandsOptions = {
  readonly url: string;
  readonly internalToken: string;
  readonly timeoutMs: number;
};

const command = Type.Object({
  commandId: Type.String(),
  outcome: Type.Union([Type.String(), Type.Null()]),
  detail: Type.Union([Type.String(), Type.Null()]),
});

export function stationCommands(options: StationCommandsOptions): StationCommands {
  return {
    async rotate(tenantId, stationId, credentialId) {
      const body = { intent: 'RotatePassword', parameters: { credentialId }, idempotencyKey: `rotate-${credentialId}` };
      const path = `/v1/stations/${encodeURIComponent(stationId)}/commands`;
      const taken = await ask(options, tenantId, path, body);
      if (taken === undefined) throw new Error('the stations service does not know the station yet');
      return taken;
    },
    standing: (tenantId, commandId) =>
      ask(options, tenantId, `/v1/commands/${encodeURIComponent(commandId)}`, undefined),
  };
}

async function ask(
  { url, internalToken, timeoutMs }: StationCommandsOptions,
  tenantId: string,
  path: string,
  body: object | undefined,
): Promise<CommandStanding | undefined> {
  const response = await fetch(`${url}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      authorization: `Bearer ${internalToken}`,
      'x-tenant-id': tenantId,
      'x-actor': 'registry',
      'x-role': 'operator',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(timeoutMs),
  });
  const text = await response.text();
  if (response.status === 404) return undefined;
  if (!response.ok) throw new Error(`the stations service answers ${response.status}`);
  const { commandId, outcome, detail } = Value.Parse(command, JSON.parse(text));
  return { commandId, outcome, detail };
}
