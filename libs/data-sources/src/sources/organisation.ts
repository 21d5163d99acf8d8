const ORGANISATION = /公司|企业|合伙|基金|中心|集团|银行|研究院|大学|委员会|协会|\b(?:ltd|inc|llc|limited|corp|lp)\b/i;

/** A holder or creditor whose name says that it is no natural person: only then is the name kept. */
export const isOrganisationName = (name: string): boolean => ORGANISATION.test(name);
