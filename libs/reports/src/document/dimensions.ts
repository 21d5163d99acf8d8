import { DIMENSIONS, valueText, type CharacteristicDocument, type Part } from '#lib/scoring';
import { FEEDS } from '#lib/data-sources';
import { bandOf, causeOf } from './bands.ts';
import { scoreOf } from './input.ts';
import { NO_AUTHORISATION } from './notes.ts';
import { words, type Writing } from './writing.ts';

/** 4 维度: six dimensions, each characteristic as a band with value, day and source. Points stand in the full form only. */
export function dimensionsOf(writing: Writing): object[] {
  const { model, stored } = writing.input;
  const { dimensionTenths } = scoreOf(writing.input);
  return DIMENSIONS.map((code, index) => {
    const { zh, en } = model.document.dimensions.find((dimension) => dimension.code === code)!;
    const own = model.characteristics.flatMap((c, i) => (c.dimension === index ? [i] : []));
    const maxTenths = own.reduce((sum, i) => sum + model.characteristics[i]!.maxTenths, 0);
    const tenths = dimensionTenths[index]!;
    return {
      code,
      zh,
      en,
      percent: Math.floor((100 * tenths) / maxTenths),
      // A firm that sees points plays to them.
      ...(writing.profile === 'firm' ? {} : { tenths, maxTenths }),
      characteristics: own.map((i) =>
        characteristicOf(writing, stored.rich.parts[i]!, model.characteristics[i]!.document),
      ),
    };
  });
}

function characteristicOf(writing: Writing, part: Part, document: CharacteristicDocument): object {
  const { code, zh, en, window, feeds } = document;
  const names = { code, zh, en, window: words(window) };
  if (feeds.some((feed) => writing.isDarkFeed(feed))) return { ...names, state: 'NOT_SHOWN', why: NO_AUTHORISATION };
  const evidence = writing.input.scored?.evidence.find(({ characteristic }) => characteristic === part.characteristic);
  return {
    ...names,
    state: part.state,
    band: bandOf(part, document),
    cause: causeOf(part),
    value: part.value === undefined ? null : valueText(document, part.value),
    sources: feeds.map((feed) => {
      const source = FEEDS.get(feed)?.source;
      return { feed, zh: source?.zh ?? feed, en: source?.en ?? feed, through: writing.firm.feed(feed).through ?? null };
    }),
    records: evidence?.records.length ?? null,
    flags: evidence?.flags ?? [],
    ...(writing.profile === 'firm' ? { bin: part.attribute ?? null } : {}),
    ...(writing.profile === 'regulator'
      ? {
          partialTenths: part.partialTenths,
          maxTenths: part.maxTenths,
          neutralTenths: part.neutralTenths,
          lineage:
            evidence?.records.map(({ source, recordKey, knownFrom }) => ({ source, recordKey, knownFrom })) ?? [],
        }
      : {}),
  };
}
