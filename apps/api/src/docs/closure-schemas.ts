import { choice, day, instant, list, nullable, object, str } from './schema.ts';

const closure = object({
  uscc: str('The firm.', '91440300DMAB12340K'),
  source: str('Source, by name.', 'awards-standards'),
  kind: choice('OPTED_OUT: the firm asked not to be recorded. NOT_AUTHORISED: it took back its authorisation.', [
    'OPTED_OUT',
    'NOT_AUTHORISED',
  ]),
  statedOn: day('The day on which the firm said so.'),
  knownFrom: instant('Runs that know this instant follow the closure …'),
  knownTo: nullable(instant('… and no longer from this one on; null: it is in force.'), null),
  reason: str('Why it was closed.', '企业书面选择不予记录奖励'),
  endReason: nullable(str('Why it was ended.', '企业重新授权'), null),
});

export const closureSchemas = { SourceClosure: closure, SourceClosureList: object({ items: list(closure) }) };
