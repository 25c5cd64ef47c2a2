// Active currencies of ISO 4217 and their minor units. A table of ours: what a runtime knows of them changes with its version.

const withTwoDecimals =
  'AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP ' +
  'CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR ' +
  'KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN ' +
  'PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD ' +
  'TZS UAH USD UYU UZS VED VES WST XCD YER ZAR ZMW ZWG';

const minorUnits: ReadonlyMap<string, number> = new Map([
  ...unitsOf(withTwoDecimals, 2),
  ...unitsOf('BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF', 0),
  ...unitsOf('BHD IQD JOD KWD LYD OMR TND', 3),
]);

/** Decimals of the smallest unit of a currency; undefined where there is no such currency. */
export function minorUnitOf(currency: string): number | undefined {
  return minorUnits.get(currency);
}

function unitsOf(codes: string, decimals: number): [string, number][] {
  return codes.split(' ').map((code) => [code, decimals]);
}
