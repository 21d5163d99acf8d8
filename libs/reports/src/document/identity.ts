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

function holdersOf(writing: Writing): object {
  const holders = new Map<string, { shown: Shareholding; subscribed: number | undefined; paid: number | undefined }>();
  for (const { payload } of writing.records(shareholders)) {
    const known = holders.get(payload.holder) ?? { shown: payload, subscribed: undefined, paid: undefined };
    // 认缴 stands in every row of the holder, 实缴 in one row a payment.
    if (payload.subscribed !== undefined) known.subscribed = Math.max(payload.subscribed, known.subscribed ?? 0);
    if (payload.paid !== undefined) known.paid = payload.paid + (known.paid ?? 0);
    if (isOrganisation(payload)) known.shown = payload;
    holders.set(payload.holder, known);
  }
  const all = [...holders.entries()];
  const organisations = all
    .filter(([, { shown }]) => isOrganisation(shown))
    .sort(([a, x], [b, y]) => (y.subscribed ?? -1) - (x.subscribed ?? -1) || (a < b ? -1 : 1));
  return {
    organisations: organisations.slice(0, HOLDERS_SHOWN).map(([, { shown, subscribed, paid }]) => ({
      name: shown.holderName ?? null,
      type: coded(HOLDER_TYPE, shown.holderType!),
      subscribed: yuan(subscribed),
      paid: yuan(paid),
      since: shown.joinedOn ?? null,
    })),
    organisationsCount: all.length === 0 ? null : organisations.length,
    personsCount: all.length === 0 ? null : all.length - organisations.length,
    source: writing.feed('SHR'),
  };
}
