import { CHARACTERISTIC_CODES } from '../codes.ts';
import type { Text } from '../score.ts';
import type { CharacteristicDefinition } from './characteristic.ts';
import { IN01, IN02, IN03, IN04, IN08 } from './patents.ts';
import { OV09, TG08 } from './registration.ts';
import { CC02, OV01, TG01, TG02, TG03 } from './social-security.ts';
import { PR03, PR04 } from './subsidies.ts';

/** The characteristics that are computed from records, in the order of the scorecard. */
export const COMPUTED: readonly CharacteristicDefinition[] = [
  IN01,
  IN02,
  IN03,
  IN04,
  IN08,
  TG01,
  TG02,
  TG03,
  TG08,
  OV01,
  OV09,
  PR03,
  PR04,
  CC02,
].sort((a, b) => CHARACTERISTIC_CODES.indexOf(a.code) - CHARACTERISTIC_CODES.indexOf(b.code));

/** Characteristics that are a reference table's answer: MISSING(NO_TABLE) while the table is absent (domain §2). */
export const NEEDS_TABLE: Readonly<Record<string, { readonly feed: string; readonly table: Text }>> = {
  IN05: { feed: 'PAT', table: { zh: '国际专利分类与国民经济行业对照表', en: 'IPC ↔ GB/T 4754' } },
  TG07: { feed: 'SOC', table: { zh: '各市社保平均缴费基数表', en: 'mean contribution base by city' } },
};

/** What the API publishes of a characteristic: the words that stand beside its code. */
export type CatalogueEntry = Omit<CharacteristicDefinition, 'compute'>;

export const characteristicCatalogue = (): readonly CatalogueEntry[] =>
  COMPUTED.map(({ code, dimension, zh, en, definition, unit, window, feeds }) => {
    return { code, dimension, zh, en, definition, unit, window, feeds };
  });
