import type { DossierRecord, RecordRef } from '#lib/data-sources';
import { KNOCK_OUTS, WARNINGS } from './characteristics/catalogue.ts';
import { NO_CITE } from './characteristics/characteristic.ts';
import type { FirmAt } from './characteristics/firm-at.ts';
import type { KnockOut, KnockOutState, Text, Warning } from './score.ts';

/** The rules' words, as published. */
export const KNOCK_OUT_RULES: readonly (Text & {
  readonly code: string;
  readonly cure: Text;
  readonly feed?: string;
})[] = KNOCK_OUTS.map(({ code, zh, en, cure, feed }) => ({
  code,
  zh,
  en,
  cure,
  ...(feed === undefined ? {} : { feed }),
}));

const refsOf = (records: readonly DossierRecord[]): RecordRef[] => records.flatMap(({ ref }) => (ref ? [ref] : []));

/** All of them, with their evidence. */
export function knockOutsOf(firm: FirmAt): KnockOut[] {
  return KNOCK_OUTS.map(({ code, zh, en, cure, feed, find }) => {
    const found = find(firm);
    const missing = found.state === 'unknown' && feed !== undefined ? { feed } : {};
    return {
      code,
      zh,
      en,
      state: found.state,
      cure,
      ...missing,
      evidence: refsOf(found.records),
      coverage: found.coverage,
    };
  });
}

const NONE: readonly { readonly code: string; readonly state: KnockOutState }[] = [];

/** Slim: only what excludes. */
export function excludingKnockOuts(firm: FirmAt): readonly { readonly code: string; readonly state: KnockOutState }[] {
  let found: { code: string; state: KnockOutState }[] | undefined;
  for (const { code, find } of KNOCK_OUTS) if (find(firm).state === 'yes') (found ??= []).push({ code, state: 'yes' });
  return found ?? NONE;
}

const NO_CODES: readonly string[] = [];

/** Slim: the codes of the warnings that are on. Warnings give no points. */
export function warningCodes(firm: FirmAt): readonly string[] {
  let found: string[] | undefined;
  for (const { code, find } of WARNINGS) if (find(firm, NO_CITE) === 'yes') (found ??= []).push(code);
  return found ?? NO_CODES;
}

/** Those that are on, with the records behind them. */
export function warningsOf(firm: FirmAt): Warning[] {
  return WARNINGS.flatMap(({ code, zh, en, find }) => {
    const records: DossierRecord[] = [];
    const on = find(firm, { ...NO_CITE, record: (record) => void records.push(record) }) === 'yes';
    return on ? [{ code, zh, en, evidence: refsOf(records) }] : [];
  });
}
