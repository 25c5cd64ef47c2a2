// Which commands that wait unsent are replaced by a newer one: the newest of a key is what its operator wants.
import { supersedes, supersessionKeyOf } from '#contracts/commands';
import type { Command } from './command.ts';

type Waiting = { readonly command: Command; readonly request: { readonly parametersJson: string } };

/** commandId of each replaced command to the newest of its key. Only one station's commands are given. */
export function supersededIn(entries: readonly Waiting[]): ReadonlyMap<string, string> {
  const waiting = entries.filter(({ command }) => command.life.phase === 'requested' && supersedes(command.intent));
  const superseded = new Map<string, string>();
  // Most stations have one such command or none: their parameters need not be read.
  if (waiting.length < 2) return superseded;
  const newest = new Map<string, Command>();
  for (const { command, request } of waiting.toSorted((a, b) => b.command.offset - a.command.offset)) {
    const key = supersessionKeyOf(command.intent, JSON.parse(request.parametersJson));
    if (key === undefined) continue;
    const newer = newest.get(key);
    if (newer === undefined) newest.set(key, command);
    else superseded.set(command.commandId, newer.commandId);
  }
  return superseded;
}
