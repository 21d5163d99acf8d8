/** Bounds of a delivery (architecture §8): nothing that comes from outside is unbounded. */
export interface IntakeLimits {
  /** Bytes of the file as delivered. */
  readonly fileBytes: number;
  /** Bytes after unpacking. */
  readonly unpackedBytes: number;
  /** Unpacked ÷ packed, checked past the first MiB. */
  readonly unpackRatio: number;
  /** Bytes of one line or record; characters of a record of XML or of a row of a sheet, its markup included. */
  readonly lineBytes: number;
  /** Columns of a header. */
  readonly columns: number;
  /** Memory for the shared strings of a workbook, which must be at hand while its rows are read. */
  readonly sharedStringBytes: number;
}

const MIB = 1024 * 1024;

export const INTAKE_LIMITS: IntakeLimits = {
  fileBytes: 2048 * MIB,
  unpackedBytes: 20 * 1024 * MIB,
  unpackRatio: 200,
  lineBytes: MIB,
  columns: 1000,
  sharedStringBytes: 192 * MIB,
};
