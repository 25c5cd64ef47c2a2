// What the fleet counts: one object for all stations of a process; its report is the last line of a run.

export type Tally = {
  connected: number;
  callsSent: number;
  acknowledged: number;
  callErrors: number;
  timeouts: number;
  /** Calls whose connection ended before the answer. */
  lost: number;
  /** Transaction messages given up after TransactionMessageAttempts, or because a queue was full. */
  dropped: number;
  sessionsStarted: number;
  sessionsEnded: number;
  /** Drivers that the platform turned away. */
  refusedDrivers: number;
  refusedUpgrades: number;
  failedConnects: number;
  callsReceived: number;
  /** Frames that fit no call of ours: late, doubled or malformed answers. */
  strayFrames: number;
  boots: number;
};

export function newTally(): Tally {
  return {
    connected: 0,
    callsSent: 0,
    acknowledged: 0,
    callErrors: 0,
    timeouts: 0,
    lost: 0,
    dropped: 0,
    sessionsStarted: 0,
    sessionsEnded: 0,
    refusedDrivers: 0,
    refusedUpgrades: 0,
    failedConnects: 0,
    callsReceived: 0,
    strayFrames: 0,
    boots: 0,
  };
}
