import { DEAL_KINDS, DESKS } from '#lib/financing';
import { choice, day, flag, id, instant, int, list, nullable, object, page, str, type JsonSchema } from './schema.ts';

const ROLES = [...DESKS, 'SYSTEM'];

const state = object({
  code: str('The state.', 'PERFORMING'),
  zh: str('Chinese.', '正常'),
  en: str('English.', 'performing'),
});

const party = object({
  institutionId: id('Who.'),
  desk: choice('席位: for whom it sits there.', DESKS, 'BANK'),
});

const deal = {
  dealId: id('The deal.'),
  kind: choice('guarantee 担保申请, referral 贷款推荐, joint-case 联合授信.', DEAL_KINDS, 'referral'),
  uscc: str('The firm.', '91440300DMAB12340K'),
  programme: str('产品代码.', 'CKT'),
  state,
  version: int('Send it with the next event.', 7),
  openedAt: instant('When it was opened.'),
  stateSince: instant('In this state since.'),
  parties: list(party, 'Who sits at it.'),
};

/** What the kind of deal keeps: its members are those of its events, GET /partner/v1/deal-kinds. */
const open = (description: string, example: object): JsonSchema => ({
  type: 'object',
  additionalProperties: true,
  description,
  example,
});

const MONEY = { fen: 60_000_000, currency: 'CNY' };

const event = object({
  version: int('One more an event.', 7),
  event: nullable(str('What happened; null: it was opened.', 'draw')),
  proposed: flag('The first half of what takes two persons: it moved nothing.', false),
  role: choice('For which desk.', ROLES, 'BANK'),
  institutionId: nullable(id('Of whom; null: a timer.')),
  at: instant('When.'),
  from: nullable(str('Before.', 'CONTRACTED')),
  to: str('After.', 'PERFORMING'),
  detail: open('Its fields.', { amount: MONEY, on: '2026-07-02', firstLoan: true }),
});

const fieldWords = {
  name: str('Member of detail.', 'amount'),
  unit: str('fen is {fen, currency}, bp basis points.', 'fen'),
  zh: str('Chinese.', '金额'),
  en: str('English.', 'amount'),
  optional: flag('May be left out.', false),
  choices: list(str('One of these.', 'policy'), 'Empty: not a choice.'),
};
const fields = list(
  object({ ...fieldWords, fields: list(open('Members of an object, as these.', {}), 'Empty: none of its own.') }),
);

export const dealSchemas = {
  Deal: object({
    ...deal,
    terms: open('What was agreed when it was opened.', { amount: MONEY, form: 'credit', validUntil: '2026-12-31' }),
    body: open('What its events made of it.', {
      entries: [{ version: 7, kind: 'draw', amount: MONEY, on: '2026-07-02' }],
    }),
    proposal: nullable(
      object({
        event: str('Waits for a second person.', 'write-off'),
        by: nullable(choice('For which desk.', ROLES, 'BANK')),
        at: nullable(instant('Since when.')),
      }),
      null,
    ),
    deadlines: list(
      object({
        event: str('alarm warns and moves nothing.', 'lapse'),
        lastDay: day('The last day before it.', '2026-12-31'),
      }),
    ),
    allowed: list(
      object({
        event: str('What the asker may say now.', 'pay'),
        zh: str('Chinese.', '还款'),
        en: str('English.', 'paid'),
        twoPersons: flag('Takes two persons.', false),
      }),
    ),
    events: list(event, 'The oldest first.'),
  }),
  DealPage: page(
    object({
      ...deal,
      dueOn: nullable(day('The last day of the state.')),
      alarmOn: nullable(day('The last day before somebody is warned.')),
    }),
  ),
  DealAlarmPage: page(
    object({
      alarmId: id('The alarm.'),
      dealId: deal.dealId,
      kind: deal.kind,
      uscc: deal.uscc,
      programme: deal.programme,
      state,
      stateSince: instant('In that state since.'),
      lastDay: day('The last day before somebody was warned.', '2026-07-20'),
      raisedAt: instant('When they were told.'),
      desks: list(choice('Expected to act.', DESKS, 'BANK')),
      told: list(id('An institution that has the notice.'), 'Empty: nobody sits there.'),
      standing: flag('The deal has not moved on since.', true),
    }),
  ),
  DealKinds: object({
    items: list(
      object({
        kind: choice('Kind of deal.', DEAL_KINDS, 'referral'),
        initial: str('Where it begins.', 'OFFERED'),
        states: list(
          object({
            code: str('The state.', 'REFERRED'),
            zh: str('Chinese.', '已转介'),
            en: str('English.', 'referred'),
            events: list(
              object({
                event: str('What may happen.', 'accept'),
                to: list(str('Where it leads; several: the rules decide.', 'DUE_DILIGENCE')),
                by: list(choice('Who may say it; empty: time or what follows from another deal.', DESKS, 'BANK')),
              }),
            ),
            timers: list(
              object({
                event: str('alarm warns and moves nothing.', 'no-response'),
                days: nullable(int('Calendar days.', 60)),
                workingDays: nullable(int('工作日.', 3)),
              }),
            ),
          }),
        ),
        events: list(
          object({
            event: str('The event.', 'accept'),
            zh: str('Chinese.', '银行受理'),
            en: str('English.', 'the bank accepts'),
            twoPersons: flag('Takes two persons.', false),
            fields,
          }),
        ),
      }),
    ),
  }),
};
