// Our CommandSent, until it is read back from the log: only then is it known what stands before it.

/** sent: nothing before it ended the command, so the frame may go. withdrawn: something did. late: not read in time. */
export type Announced = 'sent' | 'withdrawn' | 'late';

export type Announcement = {
  readonly messageId: string;
  readonly announced: Promise<Announced>;
  settle(announced: Announced): void;
};

/** Settles by itself as late after waitMs. */
export function announce(messageId: string, waitMs: number): Announcement {
  let settle: (announced: Announced) => void = () => undefined;
  const announced = new Promise<Announced>((resolve) => {
    const timer = setTimeout(() => resolve('late'), waitMs);
    settle = (how) => {
      clearTimeout(timer);
      resolve(how);
    };
  });
  return { messageId, announced, settle: (how) => settle(how) };
}
