// How texts are written to the log: UTF-8 has no lone surrogates, JSON and avsc do, and other readers refuse what is none.
import avro from 'avsc';

class WellFormedString extends avro.types.StringType {
  _write(tap: { writeString(text: string): void }, text: unknown): void {
    if (typeof text !== 'string') throw new TypeError(`no text: ${String(text)}`);
    tap.writeString(text.isWellFormed() ? text : text.toWellFormed());
  }
}

/** Avro's string; what a station says as `\ud800` is one U+FFFD. Throws TypeError where the value is no text. */
export const wellFormedString: avro.Type = new WellFormedString();
