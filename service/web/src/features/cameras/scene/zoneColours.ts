const COLOURS: Readonly<Record<string, string>> = {
  carriageway: '#4f8dfd',
  crosswalk: '#f4f7f6',
  no_parking: '#ff7a45',
  parking_bay: '#3ddc97',
  barrier: '#ff4d6d',
  bin: '#c7e35b',
  ignore: '#9aa7a3',
}

/** The colour of a kind of zone on the picture; a kind that is new here gets violet. */
export function zoneColour(kind: string): string {
  return COLOURS[kind] ?? '#b98cff'
}
