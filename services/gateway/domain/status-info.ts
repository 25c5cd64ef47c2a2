// 2.x StatusInfoType in one line, as people read it.

type StatusInfo = { readonly reasonCode: string; readonly additionalInfo?: string };

export function detailOf(info: StatusInfo | undefined): string | null {
  if (info === undefined) return null;
  return info.additionalInfo === undefined ? info.reasonCode : `${info.reasonCode}: ${info.additionalInfo}`;
}
