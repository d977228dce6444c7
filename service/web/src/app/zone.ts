let zone = 'Asia/Shanghai'

/** The district's time zone: all times are shown in it, wherever the reader is. The session tells which it is. */
export function districtZone(): string {
  return zone
}

export function setDistrictZone(name: string): void {
  zone = name
}
