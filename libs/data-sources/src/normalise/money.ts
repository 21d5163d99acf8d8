/** An amount in a named currency (金额): whole minor units, so that nothing is rounded twice. Never converted here. */
export interface Money {
  /** ISO 4217 letters; CNY for 人民币. Currencies that no longer exist (DEM, FRF) keep their code. */
  readonly currency: string;
  /** 分 for CNY, cents for USD, whole yen for JPY (ISO 4217 exponent). A safe integer ≥ 0. */
  readonly minor: number;
}
