import { localDate } from '#lib/kernel';
import { MEMBER_STATES, LISTED, type MemberState } from '../membership.ts';
import { newsOf, type KnownStanding, type NewsKind } from './member-news.ts';

const until = (validUntil: string | null) => (validUntil === null ? null : localDate(validUntil));
const stands = (state: MemberState, validUntil: string | null = '2026-12-31'): KnownStanding => ({
  state,
  validUntil: until(validUntil),
});

describe('news of a member', () => {
  it.each<[string, KnownStanding | null, KnownStanding, NewsKind | undefined]>([
    ['never told of', null, stands('ACTIVE'), 'entered'],
    ['told that it left', stands('EXITED', null), stands('WATCH'), 'entered'],
    ['the same', stands('ACTIVE'), stands('ACTIVE'), undefined],
    ['put on watch', stands('ACTIVE'), stands('WATCH'), 'changed'],
    ['suspended', stands('WATCH'), stands('SUSPENDED'), 'changed'],
    ['renewed', stands('ACTIVE'), stands('ACTIVE', '2027-06-30'), 'changed'],
    ['revoked', stands('SUSPENDED'), stands('REVOKED'), 'left'],
    ['gone before anybody was told', null, stands('REVOKED'), undefined],
    ['still gone', stands('REVOKED'), stands('EXITED'), undefined],
  ])('%s', (_, told, now, news) => {
    expect(newsOf(told, now, true)).toBe(news);
  });

  it('of a list that is not given out brings nobody on, whatever was told', () => {
    for (const now of MEMBER_STATES)
      for (const told of [null, ...MEMBER_STATES]) {
        const news = newsOf(told && stands(told), stands(now), false);
        expect([told, now, news === 'entered']).toEqual([told, now, false]);
        // Whoever was told of a firm learns that it left.
        if (told !== null && LISTED.includes(told) && !LISTED.includes(now)) expect(news).toBe('left');
      }
  });
});
