import { affiliations, awardsStandards, equityPledges, financingEvents, licences, subsidies } from '#lib/data-sources';
import { addDays, addMonths } from '#lib/kernel';
import { qualificationsOf, verifiedEquity } from '#lib/scoring';
import { coded, HOLDER_TYPE, LEVEL, QUALIFICATION } from './words.ts';
import { newestFirst, yuan, type Writing } from './writing.ts';

/** 8 资本: rounds that the registers show (已核实), rounds as announced beside them, pledges in force. */
export function capitalOf(writing: Writing): object {
  const equity = verifiedEquity(writing.firm);
  const { asOf } = writing;
  const inForce = writing
    .records(equityPledges)
    .filter(({ payload }) => payload.status !== 'annulled' && payload.status !== 'cancelled')
    .filter(({ payload }) => payload.endedOn === undefined || payload.endedOn > asOf);
  return {
    rounds: {
      verified: [...equity.rounds].reverse().map(({ closedOn, amount, payments }) => ({
        closedOn,
        amount: yuan(amount),
        // A payer of no known kind may be a person: only organisations are named.
        payers: payments.map(({ holderType, holderName }) =>
          holderType === undefined || holderType === 'person'
            ? { name: null, type: null }
            : { name: holderName ?? null, type: coded(HOLDER_TYPE, holderType) },
        ),
      })),
      unverifiedPayments: equity.unverified,
      cause: equity.cause ?? null,
    },
    announced: newestFirst(
      writing.records(financingEvents),
      ({ announcedOn, announcedMonth, closedOn }) => announcedOn ?? announcedMonth ?? closedOn,
    ).map(({ payload }) => ({
      round: payload.round,
      on: payload.announcedOn ?? payload.announcedMonth ?? payload.closedOn ?? null,
      amount: payload.amount ?? null,
      undisclosed: payload.undisclosed ?? false,
      investors: (payload.investors ?? []).flatMap(({ name }) => (name === undefined ? [] : [name])),
    })),
    pledges: newestFirst(inForce, ({ registeredOn }) => registeredOn).map(({ payload }) => ({
      registeredOn: payload.registeredOn ?? null,
      amount: yuan(payload.amount),
      shares: payload.shares ?? null,
      pledgee: payload.pledgee ?? null,
    })),
    sources: ['SHR', 'CHG', 'FIN', 'EQP'].map((feed) => writing.feed(feed)),
  };
}

const ENDS_SOON_DAYS = 90;

/** 9 政策: qualifications with their ends, grants of three years, honours, permits, where the firm sits. */
export function policyOf(writing: Writing): object {
  const { asOf } = writing;
  const since = addMonths(asOf, -36);
  const grants = newestFirst(
    writing.records(subsidies),
    ({ approvedOn, approvedMonth, paidOn }) => approvedOn ?? approvedMonth ?? paidOn,
  ).filter(({ payload }) => (payload.approvedOn ?? payload.approvedMonth ?? payload.paidOn ?? '') > since);
  return {
    qualifications: [...qualificationsOf(writing.firm).terms]
      .sort((a, b) => ((a.to ?? '9') > (b.to ?? '9') ? -1 : (a.to ?? '9') < (b.to ?? '9') ? 1 : 0))
      .map(({ entry, from, to, valid }) => ({
        list: coded(QUALIFICATION, entry.list),
        level: entry.level === undefined ? null : coded(LEVEL, entry.level),
        from: from ?? null,
        to: to ?? null,
        valid: valid === 'unstated' ? null : valid,
        endsSoon: valid === true && to !== undefined && to <= addDays(asOf, ENDS_SOON_DAYS),
        revoked: entry.revoked ?? false,
      })),
    grants: grants.slice(0, 50).map(({ payload }) => ({
      project: payload.projectName ?? payload.projectNo,
      level: payload.level === undefined ? null : coded(LEVEL, payload.level),
      competitive: payload.competitive ?? null,
      status: payload.status ?? null,
      approved: yuan(payload.approvedAmount),
      approvedOn: payload.approvedOn ?? payload.approvedMonth ?? null,
      paid: yuan(payload.paidAmount),
      paidOn: payload.paidOn ?? null,
    })),
    honours: newestFirst(writing.records(awardsStandards), ({ on }) => on).map(({ payload }) => ({
      kind: payload.kind,
      title: payload.title ?? null,
      level: payload.level ?? null,
      on: payload.on ?? null,
    })),
    permits: newestFirst(writing.records(licences), ({ validFrom, decidedOn }) => validFrom ?? decidedOn).map(
      ({ payload }) => ({
        type: payload.type ?? null,
        from: payload.validFrom ?? payload.decidedOn ?? null,
        to: payload.validTo ?? null,
        status: payload.status ?? null,
      }),
    ),
    affiliations: newestFirst(writing.records(affiliations), ({ from }) => from).map(({ payload }) => ({
      kind: payload.kind,
      host: payload.host ?? null,
      from: payload.from,
      to: payload.to ?? null,
    })),
    sources: ['QUA', 'SUB', 'AWD', 'LIC', 'AFF'].map((feed) => writing.feed(feed)),
  };
}
