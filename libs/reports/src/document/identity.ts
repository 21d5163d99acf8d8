import { addMonths } from '#lib/kernel';
import { registrationChanges, registrationOf, shareholders, type Shareholding } from '#lib/data-sources';
import { CHANGE_ITEM, coded, ENTERPRISE_TYPE, HOLDER_TYPE, REGISTRATION_STATUS } from './words.ts';
import { moneyOf, newestFirst, yuan, type Writing } from './writing.ts';

const CHANGES_SHOWN = 50;
const HOLDERS_SHOWN = 10;
const CHANGE_MONTHS = 60;

/** 3 身份: registration, former names, holders that are no persons, changes of five years. */
export function identityOf(writing: Writing): object {
  const known = registrationOf(writing.input.dossier)?.registration;
  const changes = newestFirst(writing.records(registrationChanges), ({ changedOn }) => changedOn).filter(
    ({ payload }) => payload.first !== true,
  );
  const since = addMonths(writing.asOf, -CHANGE_MONTHS);
  const recent = changes.filter(({ payload }) => payload.changedOn > since);
  return {
    registration:
      known === undefined
        ? null
        : {
            name: known.name ?? null,
            status: known.status === undefined ? null : coded(REGISTRATION_STATUS, known.status),
            type: known.type === undefined ? null : coded(ENTERPRISE_TYPE, known.type),
            legalPerson: known.legalPerson,
            establishedOn: known.establishedOn,
            registeredCapital: moneyOf(known.registeredCapital),
            paidCapital: moneyOf(known.paidCapital),
            industry: known.industry ?? null,
            region: known.region ?? writing.input.dossier.region,
          },
    formerNames: changes
      .filter(({ payload }) => payload.item === 'name' && payload.before !== undefined)
      .map(({ payload }) => ({ name: payload.before, until: payload.changedOn })),
    holders: holdersOf(writing),
    changes: {
      since,
      count: writing.counted('CHG', recent.length),
      items: recent.slice(0, CHANGES_SHOWN).map(({ payload }) => ({
        item: coded(CHANGE_ITEM, payload.item),
        on: payload.changedOn,
        before: payload.before ?? moneyOf(payload.beforeCapital),
        after: payload.after ?? moneyOf(payload.afterCapital),
      })),
      source: writing.feed('CHG'),
    },
    source: writing.feed('REG'),
  };
}

/** A holder of no known kind may be a person: it is counted as one. */
const isOrganisation = ({ holderType }: Shareholding): boolean => holderType !== undefined && holderType !== 'person';

/** What all rows of one holder say together. */
function holderOf(rows: readonly Shareholding[]): {
  shown: Shareholding;
  subscribed: number | undefined;
  paid: number | undefined;
  since: string | undefined;
} {
  const shown = rows.find(isOrganisation) ?? rows[0]!;
  // 认缴 stands in every row of the holder; 实缴 in one row a payment, which an older row without a day repeats.
  const dated = rows.filter(({ paidOn }) => paidOn !== undefined);
  const payments = (dated.length > 0 ? dated : rows).flatMap(({ paid }) => (paid === undefined ? [] : [paid]));
  const subscriptions = rows.flatMap(({ subscribed }) => (subscribed === undefined ? [] : [subscribed]));
  return {
    shown,
    subscribed: subscriptions.length === 0 ? undefined : Math.max(...subscriptions),
    paid: payments.length === 0 ? undefined : payments.reduce((sum, paid) => sum + paid, 0),
    since: rows.flatMap(({ joinedOn }) => (joinedOn === undefined ? [] : [joinedOn])).sort()[0],
  };
}

function holdersOf(writing: Writing): object {
  const rows = new Map<string, Shareholding[]>();
  for (const { payload } of newestFirst(writing.records(shareholders), ({ paidOn }) => paidOn))
    rows.set(payload.holder, [...(rows.get(payload.holder) ?? []), payload]);
  const all = [...rows].map(([holder, own]) => ({ holder, ...holderOf(own) }));
  const organisations = all
    .filter(({ shown }) => isOrganisation(shown))
    .sort((a, b) => (b.subscribed ?? -1) - (a.subscribed ?? -1) || (a.holder < b.holder ? -1 : 1));
  return {
    organisations: organisations.slice(0, HOLDERS_SHOWN).map(({ shown, subscribed, paid, since }) => ({
      name: shown.holderName ?? null,
      type: coded(HOLDER_TYPE, shown.holderType!),
      subscribed: yuan(subscribed),
      paid: yuan(paid),
      since: since ?? null,
    })),
    organisationsCount: all.length === 0 ? null : organisations.length,
    personsCount: all.length === 0 ? null : all.length - organisations.length,
    source: writing.feed('SHR'),
  };
}
