import type { LocalDate } from '#lib/kernel';

/** What a partner is told (通知, domain §6.9): lists, flips, revocations, disputes. */
export interface Notice {
  /** Whom it is for. */
  readonly institutionId: string;
  /** `whitelist.member.v1`, `whitelist.revoked.v1`, `dispute.marked.v1` … */
  readonly type: string;
  /** What it is about, e.g. `whitelist/CKT/USCC`: notices of one aggregate stay in order. */
  readonly aggregate: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly at: Date;
}

/** As it stands in the partner's sequence. */
export interface StoredNotice extends Notice {
  /** Of the notice, not of a delivery: a repeat carries the same. */
  readonly id: string;
  readonly seq: number;
  /** The last day on which the partner may still acknowledge it (确认期限); null: it need not. */
  readonly ackDueOn: LocalDate | null;
}

/** Published by a partner's own wish, to see whether its address works. */
export const TEST_TYPE = 'webhook.test.v1';

/** What has to be acknowledged, and within how many working days (domain §4.3). */
export const ACK_WORKING_DAYS: Readonly<Record<string, number>> = { 'whitelist.revoked.v1': 1 };

/** 24 months (domain §6.9), by calendar. */
export const KEPT_MONTHS = 24;
