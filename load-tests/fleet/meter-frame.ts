// The MeterValues frame of a bench station: written once, then only its id, time and readings are patched in place.
import { encodeText } from '#load-tests/fleet/ws-frames';

export type MeterFrameStart = {
  readonly idPrefix: string;
  readonly connectorId: number;
  readonly transactionId: number | undefined;
};

/** What the next message says. Every one differs in time and register from all before it. */
export type MeterFrameValues = { readonly number: number; readonly atMs: number; readonly registerWh: number };

const widths = { number: 9, time: 24, register: 9, power: 5 } as const;
export const firstRegisterWh = 100_000_000;

/** Stand-ins of the right width that occur nowhere else in the frame. */
const stand = {
  number: '?'.repeat(widths.number),
  time: '!'.repeat(widths.time),
  register: '%'.repeat(widths.register),
  power: '^'.repeat(widths.power),
};

export class MeterFrame {
  readonly bytes: Buffer;
  readonly #idPrefix: string;
  readonly #at: Readonly<Record<keyof typeof stand, number>>;

  constructor(start: MeterFrameStart) {
    this.#idPrefix = start.idPrefix;
    this.bytes = encodeText(textOf(start));
    this.#at = {
      number: this.bytes.indexOf(stand.number),
      time: this.bytes.indexOf(stand.time),
      register: this.bytes.indexOf(stand.register),
      power: this.bytes.indexOf(stand.power),
    };
  }

  /** The bytes are reused: the message before must have been answered. */
  patch(values: MeterFrameValues, time: string): void {
    this.#digits(this.#at.number, widths.number, values.number);
    this.bytes.write(time, this.#at.time, widths.time, 'latin1');
    this.#digits(this.#at.register, widths.register, values.registerWh);
    this.#digits(this.#at.power, widths.power, 10_000 + (values.number % 12_000));
  }

  /** How the text of the answer to that message begins. */
  answerHead(number: number): string {
    return `[3,"${this.#idPrefix}${String(number).padStart(widths.number, '0')}"`;
  }

  #digits(offset: number, width: number, value: number): void {
    let rest = value;
    for (let index = offset + width - 1; index >= offset; index--) {
      this.bytes[index] = 48 + (rest % 10);
      rest = Math.trunc(rest / 10);
    }
  }
}

function textOf(start: MeterFrameStart): string {
  const context = 'Sample.Periodic';
  const sampledValue = [
    { value: stand.register, context, measurand: 'Energy.Active.Import.Register', unit: 'Wh' },
    { value: stand.power, context, measurand: 'Power.Active.Import', unit: 'W' },
    { value: '47.826', context, measurand: 'Current.Import', phase: 'L1', unit: 'A' },
    { value: '230.25', context, measurand: 'Voltage', phase: 'L1-N', unit: 'V' },
  ];
  const payload = {
    connectorId: start.connectorId,
    transactionId: start.transactionId,
    meterValue: [{ timestamp: stand.time, sampledValue }],
  };
  return JSON.stringify([2, start.idPrefix + stand.number, 'MeterValues', payload]);
}
