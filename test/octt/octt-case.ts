// What a case of the test tool is here: played by a station of ours, shown by a test that stands elsewhere, or out of reach.
import type { Rig } from './rig.ts';

/** As the test tool names them, without `TC_` and `_CSMS`. */
export type CaseId = string;

/** Given, when and then as code: the station does its part, and what the CSMS sends, answers and shows is asserted. */
export type PlayedCase = {
  readonly id: CaseId;
  /** A sentence about the trade, in our words. A case may be played several times: what succeeds, what is refused. */
  readonly title: string;
  play(rig: Rig): Promise<void>;
};

/** Tests that show the same on other rigs (TLS needs a proxy): a run counts the case where all of them ran and passed. */
export type ShownCase = {
  readonly id: CaseId;
  readonly shownBy: readonly { readonly file: string; readonly test: string }[];
};

export type UnplayedCase = { readonly id: CaseId; readonly whyNot: string };

export type OcttCase = PlayedCase | ShownCase | UnplayedCase;

export type OcttVersion = '1.6' | '2.0.1';

/** The name of the test that plays a case. */
export function testNameOf(version: OcttVersion, { id, title }: PlayedCase): string {
  return `${version} TC_${id}_CSMS: ${title}`;
}
