import type { LocalDate } from '#lib/kernel';
import type { Tx } from '#lib/platform';
import { listRules, type HashedRules } from '../list-rules.ts';
import { lockRulesIn, rulesInForce, saveRules } from './list-rules.store.ts';
import { advanceRules, comesIntoForce } from './rule-change.ts';

/**
 * The rules by which the version of a month end is made. Approved rules come into force here and nowhere else, in the
 * transaction that writes the version, and those before are retired (规则生效). Recorded under the second approver, whose
 * approval brought it about. Throws ProblemError list-unknown 404.
 */
export async function rulesForVersion(
  tx: Tx,
  code: string,
  { asOf, version, at }: { readonly asOf: LocalDate; readonly version: number; readonly at: Date },
): Promise<HashedRules> {
  const waiting = await lockRulesIn(tx, code, 'APPROVED');
  const simulatedAsOf = waiting?.simulatedOn?.asOf;
  if (!waiting || !simulatedAsOf || !comesIntoForce({ validFrom: waiting.rules.validFrom, simulatedAsOf }, asOf))
    return rulesInForce(tx, code);
  const person = waiting.secondApprover!; // the database holds that approved rules have one
  const reason = `第${version}版（${asOf}）起生效 in force from version ${version}`;
  const former = await lockRulesIn(tx, code, 'IN_FORCE');
  if (former) {
    const command = { event: 'replace', person, role: 'SYSTEM' } as const;
    await saveRules(tx, former, advanceRules(former, command), { event: 'replace', person, at, reason });
  }
  const command = { event: 'enforce', person, role: 'SYSTEM' } as const;
  await saveRules(tx, waiting, advanceRules(waiting, command), { event: 'enforce', person, at, reason });
  return listRules(waiting.rules);
}
