// Which frames a gateway owes an answer: read here anew from the standard, so that the gateway's own reader is not its judge.

/** OCPP-J 4.1.4. */
const idCharsMax = 36;
/** What a gateway may refuse to read. */
const nestingMax = 32;

export type Owed = { readonly id: string; readonly action: string };

/** The id of a CALL as OCPP-J 4.2.1 has it; undefined for all else, which may be answered, counted or end its socket. */
export function owedAnswer(text: string): Owed | undefined {
  let frame: unknown;
  try {
    frame = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!Array.isArray(frame) || frame.length !== 4) return undefined;
  const [type, id, action] = frame as unknown[];
  if (type !== 2 || typeof id !== 'string' || typeof action !== 'string') return undefined;
  if (id === '' || id.length > idCharsMax || depthOf(frame, nestingMax + 1) > nestingMax) return undefined;
  return { id, action };
}

/** At most `max`. */
function depthOf(value: unknown, max: number): number {
  if (typeof value !== 'object' || value === null || max === 0) return 0;
  let deepest = 0;
  for (const each of Object.values(value)) deepest = Math.max(deepest, depthOf(each, max - 1));
  return deepest + 1;
}
