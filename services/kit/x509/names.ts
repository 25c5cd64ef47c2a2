// Distinguished names of certificates: the parts that we read and write.
import { ObjectIdentifier, PrintableString, Sequence, Set as DerSet, Utf8String } from 'asn1js';
import { type AttributeTypeAndValue, RelativeDistinguishedNames } from 'pkijs';

/** CN and O of a subject or issuer; null where there is none. */
export type Name = {
  readonly commonName: string | null;
  readonly organisation: string | null;
  /** OU: written where it is given, never read. */
  readonly unit?: string;
};

const commonNameType = '2.5.4.3';
const organisationType = '2.5.4.10';
const unitType = '2.5.4.11';

/** RFC 5280, 4.1.2.4, in UTF-8. */
export function distinguishedName({ commonName, organisation, unit }: Name): RelativeDistinguishedNames {
  const parts = [
    ...(organisation === null ? [] : [{ type: organisationType, value: organisation }]),
    ...(unit === undefined ? [] : [{ type: unitType, value: unit }]),
    ...(commonName === null ? [] : [{ type: commonNameType, value: commonName }]),
  ];
  // One set per part: put together by the library, all parts would be one set, which small verifiers do not expect.
  const sets = parts.map(
    ({ type, value }) =>
      new DerSet({
        value: [new Sequence({ value: [new ObjectIdentifier({ value: type }), new Utf8String({ value })] })],
      }),
  );
  return RelativeDistinguishedNames.fromBER(new Sequence({ value: sets }).toBER());
}

/** Undefined where a part stands twice or is no text: such a name could be read in two ways. */
export function nameOf({ typesAndValues }: RelativeDistinguishedNames): Name | undefined {
  const commonNames = typesAndValues.filter(({ type }) => type === commonNameType);
  const organisations = typesAndValues.filter(({ type }) => type === organisationType);
  if (commonNames.length > 1 || organisations.length > 1) return undefined;
  const [commonName, organisation] = [textOf(commonNames[0]), textOf(organisations[0])];
  return commonName === undefined || organisation === undefined ? undefined : { commonName, organisation };
}

function textOf(part: AttributeTypeAndValue | undefined): string | null | undefined {
  if (part === undefined) return null;
  const { value } = part;
  return value instanceof Utf8String || value instanceof PrintableString ? value.valueBlock.value : undefined;
}
