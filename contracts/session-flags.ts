// Flags in charging.sessions by which readers act; all others are reasons for a person to look.

/** A newer fold does not make this session at all: whoever holds it shall not count it any more. */
export const withdrawnFlag = 'withdrawn';
