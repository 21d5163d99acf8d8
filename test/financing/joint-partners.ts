import type { InstitutionKind, Principal } from '#lib/access';
import type { CapacityPort, JointChange, JointDesk, ProposalLine } from '#lib/financing';
import { localDate, ProblemError, type Fen, type Uscc } from '#lib/kernel';
import type { TestProduct } from '../kit/database.ts';

const MILLION = 100_000_000;
const KINDS: Readonly<Record<string, InstitutionKind>> = {
  investor: 'investor',
  bank: 'bank',
  guarantor: 'guarantor',
  lessor: 'lessor',
  stranger: 'bank',
};

/** Room of one guarantor: what is reserved and issued, by case. */
export class RoomOf implements CapacityPort {
  readonly held = new Map<string, number>();
  readonly calls: string[] = [];
  room = 100 * MILLION;

  private take(call: string, { dealId, principal }: { dealId: string; principal: number }): Promise<void> {
    const others = [...this.held].reduce((sum, [id, amount]) => (id === dealId ? sum : sum + amount), 0);
    if (others + principal > this.room)
      return Promise.reject(
        new ProblemError({ code: 'capacity-exceeded', status: 409, zh: '担保能力不足', en: 'no room' }),
      );
    this.held.set(dealId, principal);
    this.calls.push(`${call} ${principal / MILLION}`);
    return Promise.resolve();
  }
  reserve: CapacityPort['reserve'] = (_tx, asked) => this.take('reserve', asked);
  issue: CapacityPort['issue'] = (_tx, asked) => this.take('issue', asked);
  lower: CapacityPort['lower'] = (_tx, asked) => this.take('lower', asked);
  release: CapacityPort['release'] = (_tx, { dealId }) => {
    this.held.delete(dealId);
    this.calls.push('release');
    return Promise.resolve();
  };
}

/** Partners of joint cases by their code, `firm` and `house`; `bank 2` is the second person of `bank`. */
export async function jointPartners(
  { access, person: operator }: Pick<TestProduct, 'access' | 'person'>,
  uscc: Uscc,
): Promise<Record<string, Principal>> {
  const who: Record<string, Principal> = {};
  const person = async (institutionId: string, kind: InstitutionKind, handle: string): Promise<Principal> => {
    const { personId } = await access.createPerson({ institutionId, handle, name: handle });
    return { personId, institutionId, kind, keyId: personId, scopes: [] };
  };
  for (const [code, kind] of Object.entries(KINDS)) {
    const { institutionId } = await access.createInstitution({ kind, code, zh: code, en: code });
    who[code] = await person(institutionId, kind, code);
    who[`${code} 2`] = await person(institutionId, kind, `${code}-2`);
  }
  const named = { kind: 'firm', code: 'firm-1', zh: '样例', en: 'sample', uscc } as const;
  const { institutionId } = await access.createInstitution(named);
  who['firm'] = { ...(await person(institutionId, 'firm', 'firm-1')), uscc };
  const house = await access.institutionByCode('operator');
  who['house'] = {
    personId: operator,
    institutionId: house!.institutionId,
    kind: 'operator',
    keyId: '',
    scopes: [],
  };
  return who;
}

export const HASH = 'b'.repeat(64);
export const YEAR_END = localDate('2026-12-31');
type Said = readonly [string, JointChange];

/** What the firm and its partners say in a joint case, by their names. */
export function jointWords(id: (name: string) => string) {
  const consent = (name: string, desk: JointDesk, purpose: 'equity-review' | 'pre-loan-review' | 'guarantee-review') =>
    ({
      institutionId: id(name),
      desk,
      purpose,
      fields: ['identity', 'score'],
      until: YEAR_END,
      outcomes: name !== 'guarantor',
    }) as const;
  const share = (): Said => [
    'firm',
    {
      event: 'share',
      textSha256: HASH,
      consents: [
        consent('investor', 'INVEST', 'equity-review'),
        consent('bank', 'BANK', 'pre-loan-review'),
        consent('guarantor', 'GUAR', 'guarantee-review'),
      ],
    },
  ];
  const line = (part: ProposalLine['part'], name: string, amount: number): ProposalLine => {
    const guaranteed = part === 'guaranteed';
    return {
      part,
      institutionId: id(name),
      amount: amount as Fen,
      lender: guaranteed ? id('bank') : null,
      guarantorShareBp: guaranteed ? 10_000 : null,
      loanMaturity: guaranteed ? localDate('2028-06-30') : null,
      guaranteeUntil: guaranteed ? localDate('2028-12-31') : null,
    };
  };
  const commit = (name: string, part: ProposalLine['part'], amount: number): Said => [
    name,
    {
      event: 'commit',
      proposalVersion: 1,
      part,
      amount: amount as Fen,
      expiresOn: localDate('2026-08-31'),
      conditions: [],
    },
  ];
  const sign = (name: string): Said => [name, { event: 'sign', proposalVersion: 1, textSha256: HASH }];
  return { consent, share, line, commit, sign };
}
