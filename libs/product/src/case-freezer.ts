import type { JointCases } from '#lib/financing';
import type { Uscc } from '#lib/kernel';
import type { KnockOutListener } from '#lib/whitelist';

/** A knock-out freezes the joint cases of the firm at once (domain §6.5). */
export const caseFreezer = (cases: Pick<JointCases, 'firmsThatFreeze' | 'freezeFirm'>): KnockOutListener => ({
  firms: (tx) => cases.firmsThatFreeze(tx),
  async knockedOut(tx, uscc, codes) {
    await cases.freezeFirm(tx, uscc as Uscc, { reason: 'knock-out', text: codes.join(' ') });
  },
});
