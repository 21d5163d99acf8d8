import { institutionsById } from '#lib/access';
import { DISPUTE, MARKED_STATES, type Disputes } from '#lib/compliance';
import {
  compositionDocument,
  lineDocument,
  liveJointCases,
  LOANS_NOT_SHOWN,
  matchDocument,
  matchesOf,
  raisesDocument,
  type FirmStandings,
} from '#lib/financing';
import { dateAt } from '#lib/kernel';
import type { ReportPorts } from '#lib/reports';
import { LISTED, MEMBERSHIP, type Lists } from '#lib/whitelist';

const wordsOf = ({ zh, en }: { readonly zh: string; readonly en: string }) => ({ zh, en });

/** What lists, disputes and financing say of a firm in a report: as they stand when it is made. */
export const reportPorts = (lists: Lists, disputes: Disputes, firms: FirmStandings): ReportPorts => ({
  async programmes(tx, firm, { institutionId, kind, loans, financials }, at) {
    const view = { readers: [{ institutionId, kind }], loans, financials };
    const standing = await firms.around(tx, firm, view, dateAt(at));
    const line = firms.line(standing);
    const cases = await liveJointCases(tx, firm.dossier.uscc);
    const names = await institutionsById(
      tx,
      cases.flatMap(({ body }) => body.positions.map((position) => position.institutionId)),
    );
    const reader = { institutionId, kind, nameOf: (id: string) => wordsOf(names.get(id)!) };
    return {
      programmes: matchesOf(standing, kind === 'firm').map(matchDocument),
      line: lineDocument(line),
      raises: raisesDocument(line),
      composition: compositionDocument(cases, standing, reader),
      withoutLoans: loans ? null : LOANS_NOT_SHOWN,
    };
  },
  async lists(_tx, uscc) {
    const all = await lists.all();
    const standings = await Promise.all(
      all.map(async ({ list: { rules } }) => ({ code: rules.code, found: await lists.member(rules.code, uscc) })),
    );
    return standings.flatMap(({ code, found }) => {
      if (found === undefined || !LISTED.includes(found.row.state)) return [];
      const { state, stateSince } = found.row;
      const { zh, en } = MEMBERSHIP.states[state];
      return [{ list: code, state, zh, en, since: dateAt(stateSince) }];
    });
  },
  async disputes(_tx, uscc) {
    const marked = (await disputes.list({ uscc })).filter(({ state }) => MARKED_STATES.includes(state));
    return marked.map(({ disputeId, source, recordKey, state, receivedAt, statement }) => {
      const { zh, en } = DISPUTE.states[state];
      return {
        disputeId,
        source: source ?? 'score',
        recordKey,
        state: { code: state, zh, en },
        receivedOn: dateAt(receivedAt),
        statement,
      };
    });
  },
});
