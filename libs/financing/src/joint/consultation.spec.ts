import { localDate, ProblemError } from '#lib/kernel';
import {
  after,
  consentTo,
  firm,
  HASH,
  newCase,
  partner,
  share,
  toBalanced,
  type Told,
} from './fixtures/joint-story.ts';
import { jointView } from './joint-view.ts';

const today = localDate('2026-07-06');

describe('consultation', () => {
  it('keeps each word of consultation, the internal ones from the firm', () => {
    const say = (round: 'internal' | 'external', raiser = partner('bank')): Told => [
      { event: 'say', round, opinion: 'conditional', need: '近两年审计报告', text: '可做' },
      raiser,
    ];
    const deal = after(newCase(), share('bank', 'investor'), say('internal'), say('external'), say('external', firm()));
    expect(deal.body.words.map(({ round, desk }) => [round, desk])).toEqual([
      ['internal', 'BANK'],
      ['external', 'BANK'],
      ['external', 'FIRM'],
    ]);
    expect(() => after(deal, say('internal', firm()))).toThrow(ProblemError);
    expect(jointView(deal, { kind: 'firm' }, today).words).toHaveLength(2);
    expect(jointView(deal, { kind: 'institution', institutionId: 'investor' }, today).words).toHaveLength(3);
    expect(jointView(deal, { kind: 'institution', institutionId: 'stranger' }, today).words).toHaveLength(0);
  });

  it('gives nobody a desk before the firm does', () => {
    expect(newCase().parties).toEqual([]);
    const given = after(newCase(), [{ event: 'share', consents: [consentTo('bank')], textSha256: HASH }, firm()]);
    expect(given.parties).toEqual([{ institutionId: 'bank', desk: 'BANK' }]);
    expect(after(given, share('bank', 'investor')).parties).toHaveLength(2);
    expect(toBalanced().parties).toHaveLength(6);
  });
});
