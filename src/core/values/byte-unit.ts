// Units of bytes, in which limits are entered and shown.

/** The units in ascending order, with the number of bytes of each. Their names are texts of the catalogue. */
export const BYTE_UNITS = { bytes: 1, kibibytes: 1024, mebibytes: 1024 * 1024 } as const;

/** An amount in the largest unit that gives a whole number, with the key of the unit's name. */
interface ByteAmount {
  readonly amount: number;
  readonly unitKey: string;
}

export function byteAmount(bytes: number): ByteAmount {
  if (bytes > 0 && bytes % BYTE_UNITS.mebibytes === 0) return amountIn('mebibytes', bytes);
  return amountIn(bytes > 0 && bytes % BYTE_UNITS.kibibytes === 0 ? 'kibibytes' : 'bytes', bytes);
}

function amountIn(unit: keyof typeof BYTE_UNITS, bytes: number): ByteAmount {
  return { amount: bytes / BYTE_UNITS[unit], unitKey: `unit.${unit}` };
}
