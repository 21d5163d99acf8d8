import { creditHistory, loanOutcomes, type Dossier, type SourceDefinition } from '#lib/data-sources';
import type { Text } from '#lib/scoring';

/** Whoever may not be told of loans gets a dossier without them: not known, rather than left out in silence. */
const LOAN_SOURCES: readonly SourceDefinition[] = [creditHistory, loanOutcomes];

/** The dossier as it is without the firm's authorisation for its credit history (征信业管理条例 art. 29). */
export function withoutLoans(dossier: Dossier): Dossier {
  const isLoan = ({ name }: Pick<SourceDefinition, 'name'>): boolean => LOAN_SOURCES.some((of) => of.name === name);
  return {
    uscc: dossier.uscc,
    region: dossier.region,
    connected: (feed) => dossier.connected(feed),
    coverage: (feed) => dossier.coverage(feed),
    closed: (source) => (isLoan(source) ? 'NOT_AUTHORISED' : dossier.closed(source)),
    of: (source) => (isLoan(source) ? [] : dossier.of(source)),
  };
}

/** Words for what is missing of loans: the same in the API and the report. */
export const LOANS_NOT_SHOWN: Text = {
  zh: '未获得信贷记录授权：存量贷款未扣除，相关条件按未知处理',
  en: 'the firm did not authorise its credit history: existing loans are not deducted, conditions on them are unknown',
};
