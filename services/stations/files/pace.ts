// Cuts a transfer that hardly moves, or that outlives its link: a socket held for nothing is one less for stations.
import type { Socket } from 'node:net';

export type Pace = {
  /** A transfer that moves less in such a time is over. */
  readonly everyMs: number;
  readonly bytesMin: number;
};

/** The slowest line that a station may have: some 270 bytes a second. */
export const paceOfStations: Pace = { everyMs: 60_000, bytesMin: 16 * 1024 };
const timerMsMax = 2 ** 31 - 1;

/** @returns ends the watch */
export function watchPace(
  socket: Socket,
  { everyMs, bytesMin }: Pace,
  { leftMs, onSlow }: { readonly leftMs: number; onSlow(): void },
): () => void {
  const moved = (): number => socket.bytesRead + socket.bytesWritten;
  let before = moved();
  const cut = (): void => {
    stop();
    onSlow();
    socket.destroy();
  };
  const pace = setInterval(() => {
    const now = moved();
    if (now - before < bytesMin) cut();
    before = now;
  }, everyMs);
  const end = setTimeout(cut, Math.min(leftMs, timerMsMax));
  const stop = (): void => {
    clearInterval(pace);
    clearTimeout(end);
  };
  return stop;
}
