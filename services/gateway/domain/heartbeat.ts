// Heartbeat of all versions: no fact, answered at once with our time.
import type { Row } from './action.ts';

export const heartbeat: Row<object> = {
  handle: (_request, context) => ({ reply: { currentTime: new Date(context.now).toISOString() }, events: [] }),
};
