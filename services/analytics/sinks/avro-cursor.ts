// Reads Avro's binary encoding field by field from a buffer, without making objects: the fused path's eyes.

/** Branch 1 of a union, as it is written (zigzag). */
const secondBranch = 2;

/** A position in an Avro datum. Reads beyond the end give zeros; whoever reads checks `isAtEnd` when done. */
export class AvroCursor {
  bytes: Buffer = Buffer.alloc(0);
  at = 0;
  /** Where the string or fixed that was read last begins and ends. */
  from = 0;
  to = 0;

  begin(bytes: Buffer, at: number): void {
    this.bytes = bytes;
    this.at = at;
    this.from = at;
    this.to = at;
  }

  get isAtEnd(): boolean {
    return this.at === this.bytes.length;
  }

  get isBeyondEnd(): boolean {
    return this.at > this.bytes.length;
  }

  /** int and long (zigzag, base 128); exact up to 2^53. */
  long(): number {
    const { bytes } = this;
    let byte = bytes[this.at++] ?? 0;
    let low = byte & 0x7f;
    for (let shift = 7; byte >= 0x80 && shift < 28; shift += 7) {
      byte = bytes[this.at++] ?? 0;
      low |= (byte & 0x7f) << shift;
    }
    if (byte < 0x80) return (low >>> 1) ^ -(low & 1);
    return this.#longTail(low);
  }

  // Beyond 28 bits the rest is added as a double (BigInt would cost more than the whole row); halved first, so 2^53 is exact.
  #longTail(low: number): number {
    const { bytes } = this;
    let half = low >>> 1;
    let factor = 2 ** 27;
    let byte: number;
    do {
      byte = bytes[this.at++] ?? 0;
      half += (byte & 0x7f) * factor;
      factor *= 128;
    } while (byte >= 0x80 && factor < 2 ** 63);
    return (low & 1) === 0 ? half : -half - 1;
  }

  /** Sets from and to. A length that leads beyond the end is seen by isBeyondEnd. */
  string(): void {
    const length = this.long();
    this.from = this.at;
    this.at = length < 0 ? this.bytes.length + 1 : this.at + length;
    this.to = this.at;
  }

  fixed(length: number): void {
    this.from = this.at;
    this.at += length;
    this.to = this.at;
  }

  /** A union of null and a string: an absent one is empty. */
  optionalString(): void {
    if (this.long() === 0) {
      this.from = this.at;
      this.to = this.at;
      return;
    }
    this.string();
  }

  /** A union of null and long; `absent` where it is null. */
  optionalLong(absent: number): number {
    return this.long() === 0 ? absent : this.long();
  }

  /**
   * Consecutive unions of null and int or long: fills in those that are there and returns them as bits. The usual width is
   * read here, with the position in a local: this is where a reading's time goes. Throws where a branch is none.
   */
  optionalLongs(into: Float64Array, count: number): number {
    const { bytes } = this;
    let { at } = this;
    let mask = 0;
    for (let n = 0; n < count; n += 1) {
      const branch = bytes[at++];
      if (branch === 0) continue;
      if (branch !== secondBranch) throw new RangeError('a union has no such branch');
      mask |= 1 << n;
      const [first = 0, second = 0, third = 0] = [bytes[at], bytes[at + 1], bytes[at + 2]];
      if (first >= 0x80 && second >= 0x80 && third < 0x80) {
        const zigzag = (first & 0x7f) | ((second & 0x7f) << 7) | (third << 14);
        into[n] = (zigzag >>> 1) ^ -(zigzag & 1);
        at += 3;
        continue;
      }
      this.at = at;
      into[n] = this.long();
      at = this.at;
    }
    this.at = at;
    return mask;
  }

  skipOptionalStrings(count: number): void {
    for (let n = 0; n < count; n += 1) this.optionalString();
  }
}
